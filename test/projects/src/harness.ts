import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import { AppModule, EmailController, sendEmail } from './app.module.js';

/** Sends a task that is due in a quarter of an hour, and answers what was handled by then. */
export async function handledInATest(): Promise<string[]> {
  const imports = [AppModule, SqsTestingModule.forRoot({ silent: true })];
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
  await app.listen();
  await app.get(SqsProducer).send(sendEmail, { to: 'ada@example.org' }, { delaySeconds: 900 });
  await app.get(SqsHarness).advance(900_000);
  const { handled } = app.get(EmailController);
  await app.close();
  return handled;
}
