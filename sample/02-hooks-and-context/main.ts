import 'reflect-metadata';
import { once } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsProducer, SqsWorkers, sqsWorker, TaskContext } from 'nestjs-sqs-tasks';
import { AppModule } from './app.module.js';
import { sendReceipt } from './tasks.js';

// The AWS SDK's notice about Node 20 is not what this sample is about.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Web and worker in one app: two requests, the tasks they send, and one that runs here without a queue. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['fatal'] });
  app.connectMicroservice(sqsWorker({ queues: ['orders'] }), { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  await order(app, 'r-1', { item: 'lamp' }, 2);
  await order(app, 'r-2', { item: 'moon' }, 1);
  await runHere(app);
  await app.close();
}

/** Orders, and waits until so many tasks have ended. */
async function order(
  app: INestApplication,
  requestId: string,
  body: { item: string },
  taskCount: number,
): Promise<void> {
  const ended = endOfTasks(app, taskCount);
  const response = await fetch(`${await app.getUrl()}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify(body),
  });
  await response.text();
  await ended;
}

async function endOfTasks(app: INestApplication, taskCount: number): Promise<void> {
  const told = new EventTarget();
  let count = 0;
  const stopListening = app.get(SqsWorkers).on('task:settled', () => {
    if (++count === taskCount) told.dispatchEvent(new Event('all'));
  });
  await once(told, 'all');
  stopListening();
}

async function runHere(app: INestApplication): Promise<void> {
  const answer = await app
    .get(TaskContext)
    .run({ requestId: 'r-3' }, () => app.get(SqsProducer).runLocal(sendReceipt, { item: 'desk' }));
  console.log(`runLocal answered: ${String(answer)}`);
}

await main();
