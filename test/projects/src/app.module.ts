import { Controller, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { defineTask, SqsContext, SqsModule, SqsProducer, SqsTask } from 'nestjs-sqs-tasks';

export interface Email {
  to: string;
}

export const sendEmail = defineTask<Email>('send_email', { queue: 'emails' });

@Controller()
export class EmailController implements OnApplicationBootstrap {
  readonly handled: string[] = [];

  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    if (process.env['SEND'] === 'yes') await this.sqs.send(sendEmail, { to: 'ada@example.org' });
  }

  @SqsTask(sendEmail)
  send(@Payload() email: Email, @Ctx() context: SqsContext): void {
    this.handled.push(email.to);
    console.log(`handled ${context.pattern} to ${email.to} from ${context.queue}`);
  }
}

@Module({
  imports: [SqsModule.forRoot({ connection: { embedded: true }, queues: [{ name: 'emails' }] })],
  controllers: [EmailController],
})
export class AppModule {}
