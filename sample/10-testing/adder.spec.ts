import 'reflect-metadata';
import type { INestMicroservice, LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import { WorkerModule } from './app.module.js';
import { Reports } from './reports.controller.js';
import { add } from './tasks.js';

// A producer and a worker in one test. No queue is created, and nothing is connected to.

const payloads: unknown[] = [];
const logger: LoggerService = {
  log: (line: unknown, context?: string) => void (context === 'SqsMessages' && payloads.push(line)),
  error: () => {},
  warn: () => {},
};

let app: INestMicroservice;
let sqs: SqsProducer;
let harness: SqsHarness;

beforeEach(async () => {
  const module = await Test.createTestingModule({
    imports: [WorkerModule, SqsTestingModule.forRoot()],
  })
    .setLogger(logger)
    .compile();
  app = module.createNestMicroservice(sqsWorker({ queues: ['adder', 'reports'] }));
  await app.listen();
  sqs = app.get(SqsProducer);
  harness = app.get(SqsHarness);
});

afterEach(() => app.close());

describe('The adder', () => {
  test('adds two numbers and scales', async () => {
    await sqs.send(add, { a: 1, b: 2, x: 3 });
    await harness.flush();

    expect(app.get(Reports).sums).toEqual([12]);
    expect(harness.messages('adder')).toEqual([]);
  });

  test('keeps what it cannot do now, and does it a minute later', async () => {
    await sqs.send(add, { a: 1, b: 2, x: 'later' });
    await harness.flush();
    expect(app.get(Reports).sums).toEqual([]);
    expect(harness.messages('adder')).toHaveLength(1);

    await harness.advance(60_000);

    expect(app.get(Reports).sums).toEqual([6]);
  });

  test('gives bad input up, and logs it', async () => {
    await sqs.send(add, { a: 1, b: 2, x: '' });
    const { outcome } = await harness.waitForTask(add);

    expect(outcome).toMatchObject({ kind: 'discard', reason: 'x is no number' });
    expect(harness.messages('adder')).toEqual([]);
    expect(payloads).toEqual(['{"pattern":"add","data":{"a":1,"b":2,"x":""}}']);
  });

  test('sends the sum on', async () => {
    await sqs.send(add, { a: 1, b: 2, x: 3 });
    await harness.flush();

    const [sent] = harness.expectSent('reports', { sum: 12 }, { pattern: 'report', times: 1 });
    expect(sent?.delaySeconds).toBeUndefined();
  });

  test('runs in the sender, where a test wants it so', async () => {
    harness.inline = true;

    await sqs.send(add, { a: 1, b: 2, x: 3 });

    expect(app.get(Reports).sums).toEqual([12]);
  });
});
