import 'reflect-metadata';
import { Controller, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { maxTasks, runSqsWorker, SqsContext, SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { ReportModule } from './report.module.js';

/**
 * What a user's first project does: send a task and handle it, and one more in a thread. The package check compiles this file in empty projects
 * of Nest 12 (ESM) and Nest 11 (CommonJS) that have the packed library installed.
 */
@Controller()
class EmailController implements OnApplicationBootstrap {
  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sqs.send({ queue: 'emails', pattern: 'send_email' }, { to: 'ada@example.org' });
    await this.sqs.send({ queue: 'emails', pattern: 'report' }, { of: 'Ada' });
  }

  @MessagePattern('send_email')
  send(@Payload() data: { to: string }, @Ctx() context: SqsContext): void {
    console.log(`handled send_email to ${data.to} from ${context.queue}`);
  }
}

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'emails', deadLetter: { queue: 'emails-dead' } }],
    }),
    ReportModule,
  ],
  controllers: [EmailController],
})
export class AppModule {}

// The command `nestjs-sqs work` runs the module by itself.
if (process.argv[1]?.endsWith('app.js')) {
  runSqsWorker(AppModule, { queues: ['emails'], stopWhen: maxTasks(2) }).then(
    () => console.log('drained'),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
