import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import type { SqsTestingOptions } from 'nestjs-sqs-tasks/testing';
import { Adder, WebModule, WorkerModule } from './app.module.js';

// Two programs that meet in a queue alone: what one sends, the other must understand.

const apps: TestingModule[] = [];

async function start(
  program: new () => object,
  options: SqsTestingOptions = {},
): Promise<TestingModule> {
  const imports = [program, SqsTestingModule.forRoot(options)];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  apps.push(app);
  return app;
}

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe('The contract between sender and worker', () => {
  test('order and content are what was sent', async () => {
    const web = await start(WebModule);
    const worker = await start(WorkerModule, { sharedWith: web.get(SqsHarness) });
    await web.get(Adder).addAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);

    const { succeeded } = await worker.get(SqsHarness).processBatch('adder');

    expect(succeeded.map(({ body }) => JSON.parse(body))).toMatchObject([
      { pattern: 'add', data: { a: 1, b: 2, x: 0 } },
      { pattern: 'add', data: { a: 3, b: 4, x: 0 } },
      { pattern: 'add', data: { a: 5, b: 6, x: 0 } },
    ]);
  });
});
