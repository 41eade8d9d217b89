import 'reflect-metadata';
import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { maxTasks, runSqsWorker, SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { Audit } from './audit.js';
import { emailCustomer, EmailsController } from './emails.controller.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'emails', deadLetter: { queue: 'emails-dead' } }],
    }),
  ],
  controllers: [EmailsController],
  providers: [Audit],
})
class EmailsModule implements OnApplicationBootstrap {
  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sqs.send(
      emailCustomer,
      { to: 'ada@example.org', body: 'Hello!' },
      { delaySeconds: 1 },
    );
    await this.sqs.send(emailCustomer, { to: 'nobody', body: 'Hello?' });
  }
}

// The failure is part of the story; a real worker keeps its log.
Logger.overrideLogger(false);

await runSqsWorker(EmailsModule, { queues: ['emails'], concurrency: 1, stopWhen: maxTasks(2) });
console.log('the worker has stopped');
