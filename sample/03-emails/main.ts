import 'reflect-metadata';
import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { maxTasks, runSqsWorker, SqsModule, SqsProducer, TaskContext } from 'nestjs-sqs-tasks';
import { EmailsController } from './emails.controller.js';
import { sendEmail } from './send-email.task.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'emails', deadLetter: { queue: 'emails-dead', maxReceiveCount: 3 } }],
    }),
  ],
  controllers: [EmailsController],
})
class EmailsModule implements OnApplicationBootstrap {
  constructor(
    private readonly sqs: SqsProducer,
    private readonly context: TaskContext,
  ) {}

  /** In a web app a middleware would say who asks, and a controller would send. */
  async onApplicationBootstrap(): Promise<void> {
    await this.context.run({ remoteAddress: '127.0.0.1' }, async () => {
      await this.sqs.send(sendEmail, { to: 'ada@example.org', subject: 'Hello world' });
      await this.sqs.send(sendEmail, { to: 'nobody', subject: 'Hello?' });
    });
  }
}

// The failures are part of the story; a real worker keeps its log.
Logger.overrideLogger(false);

// One email at the first attempt, one at none of three, and the dead letter.
await runSqsWorker(EmailsModule, { queues: ['emails', 'emails-dead'], stopWhen: maxTasks(5) });
console.log('the worker has stopped');
