import { BadRequestException } from '@nestjs/common';
import { constant } from '../../lib/consumer/retry/backoff.js';
import { deadLetter, retry } from '../../lib/consumer/retry/policies.js';
import { Consumer } from '../../lib/consumer/consumer.js';
import type { TaskLogs } from '../../lib/contracts/index.js';
import { drained, memorySetup } from '../support/memory.js';
import { controlError } from '../support/control-errors.js';
import { handleOf } from '../support/worker.js';

async function linesOf(logTasks: TaskLogs): Promise<string[]> {
  const setup = await memorySetup();
  for (const task of ['good', 'bad', 'later']) await setup.send(task);
  const worker = setup.worker({
    consume: { logTasks, onError: retry(constant(600)) },
    handlers: {
      good() {},
      bad() {
        throw new Error('no');
      },
      later() {
        throw controlError({ kind: 'retry', delaySeconds: 600 });
      },
    },
  });
  worker.start();
  await setup.clock.advance(500);
  await drained(setup, worker);
  const lines = setup.logger.lines.filter(({ fields }) => fields?.['task'] !== undefined);
  return lines.map(({ message, fields }) => `${message}: ${String(fields?.['task'])}`).toSorted();
}

describe('Lines about tasks', () => {
  const failed = ['Task did not complete: later', 'Task failed: bad'];
  const received = ['Received task: bad', 'Received task: good', 'Received task: later'];

  test.each<[TaskLogs, string[]]>([
    ['all', ['Completed task: good', ...received, ...failed]],
    ['outcomes', ['Completed task: good', ...failed]],
    ['failures', failed],
  ])('are chosen by logTasks: %s', async (logTasks, expected) => {
    expect(await linesOf(logTasks)).toEqual(expected);
  });

  test('are chosen for loops and single batches as for workers', async () => {
    const setup = await memorySetup();
    await setup.send('good');
    const { clock, logger } = setup;
    const consumer = new Consumer({
      handlers: {
        find: () => undefined,
        findRaw: () => undefined,
        patternsOf: () => [],
        maxBatchSizeOf: () => 0,
      },
      interceptors: [],
      clock,
      logger,
    });
    const stream = consumer.messages(handleOf(setup), { logTasks: 'failures' });
    const next = stream.next();
    await clock.advance(100);
    const { value } = await next;
    value?.ack();
    const closed = stream.close();
    await clock.advance(60_000);
    await closed;
    expect(logger.at('log')).toEqual([]);
  });

  test('say the delay in whole seconds, as SQS is told it', async () => {
    const setup = await memorySetup();
    await setup.send('bad');
    const worker = setup.worker({
      consume: { onError: retry(() => 2.3755583013438955) },
      handlers: {
        bad() {
          throw new Error('no');
        },
      },
    });
    worker.start();
    await setup.clock.advance(500);
    const [line] = setup.logger.lines.filter(({ message }) => message === 'Task failed');
    expect(line?.fields?.['delaySeconds']).toBe(2);
    await drained(setup, worker);
  });

  test('say what a pipe refused', async () => {
    const setup = await memorySetup();
    await setup.send('bad');
    const worker = setup.worker({
      handlers: {
        bad() {
          throw new BadRequestException(['to must be an email', 'subject should not be empty']);
        },
      },
    });
    worker.start();
    await setup.clock.advance(500);
    const [line] = setup.logger.lines.filter(({ message }) => message === 'Task failed');
    expect(line?.fields?.['reason']).toBe(
      'Bad Request Exception: to must be an email; subject should not be empty',
    );
    await drained(setup, worker);
  });

  test('and dead letters say it, in one line that SQS carries', async () => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    await setup.send('bad');
    const worker = setup.worker({
      consume: { onError: deadLetter() },
      handlers: {
        bad() {
          throw new BadRequestException(['to must be\nan email', 'x'.repeat(10_000)]);
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    await drained(setup, worker);
    const reason =
      setup.service.messages(setup.dead)[0]?.attributes['DeadLetterReason']?.stringValue ?? '';
    expect(reason).toMatch(/^Bad Request Exception: to must be\\nan email; x{10}/);
    expect(reason.length).toBeLessThan(600);
  });

  test('come for errors that refuse to be read, and the task is retried', async () => {
    const setup = await memorySetup();
    await setup.send('bad');
    const spiteful = new TypeError('read me');
    Object.defineProperty(spiteful, 'message', {
      get() {
        throw new Error('no');
      },
    });
    const worker = setup.worker({
      handlers: {
        bad() {
          throw spiteful;
        },
      },
    });
    worker.start();
    await setup.clock.advance(500);
    const [line] = setup.logger.lines.filter(({ message }) => message === 'Task failed');
    expect(line?.fields).toMatchObject({
      outcome: 'retry',
      reason: 'TypeError',
    });
    await drained(setup, worker);
  });
});
