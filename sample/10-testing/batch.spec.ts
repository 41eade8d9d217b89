import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import { Adder, WebModule, WorkerModule } from './app.module.js';
import { add } from './tasks.js';

// What a call sends, and what happens then: one batch after the other, without a worker that polls.

let app: TestingModule;

beforeEach(async () => {
  const imports = [WebModule, WorkerModule, SqsTestingModule.forRoot()];
  app = await Test.createTestingModule({ imports }).compile();
  await app.init();
});

afterEach(() => app.close());

describe('Adding many', () => {
  test('the side effects of sending, batch by batch', async () => {
    const harness = app.get(SqsHarness);

    await app.get(Adder).addAll([
      [1, 2],
      [3, 4],
    ]);
    harness.expectSent(add, { a: 3, b: 4, x: 0 });

    const { succeeded, failed } = await harness.processBatch('adder');

    expect([succeeded.length, failed.length]).toEqual([2, 0]);
    expect(harness.sent('reports').map(({ data }) => data)).toEqual([{ sum: 6 }, { sum: 14 }]);
  });
});
