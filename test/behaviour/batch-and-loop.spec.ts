import type { BatchTaskHandler, TaskDelivery } from '../../lib/contracts/index.js';
import { Consumer } from '../../lib/consumer/consumer.js';
import { constant } from '../../lib/consumer/retry/backoff.js';
import { retry } from '../../lib/consumer/retry/policies.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { bodyOf, handleOf, handlerOf } from '../support/worker.js';

describe('Batch handlers', () => {
  test('forty-two tasks under a batch of forty-five are one call', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 42; n++) await setup.send('index', n);
    const { handler, calls } = batchHandler({ maxSize: 45, maxWaitMs: 200 });
    const worker = setup.worker({ batch: { index: handler } });
    worker.start();
    await setup.clock.advance(2_000);
    expect(calls.map((call) => call.length)).toEqual([42]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('only the tasks that failed are redelivered', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 6; n++) await setup.send('index', n);
    const { handler, calls } = batchHandler({ maxSize: 10, maxWaitMs: 50 }, (delivery, call) =>
      call === 0 && [2, 4].includes(delivery.data as number)
        ? new Error('not this one')
        : undefined,
    );
    const worker = setup.worker({
      consume: { onError: retry(constant(5)) },
      batch: { index: handler },
    });
    worker.start();
    await setup.clock.advance(20_000);
    expect(calls.map(sorted)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [2, 4],
    ]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('one handler that fails replays none of the batches of others', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 4; n++) await setup.send(n % 2 === 0 ? 'good' : 'bad', n);
    const good = batchHandler({ maxSize: 10, maxWaitMs: 50 });
    const bad = batchHandler({ maxSize: 10, maxWaitMs: 50 }, () => new Error('all of them'));
    const worker = setup.worker({
      consume: { onError: retry(constant(5)) },
      batch: { good: good.handler, bad: bad.handler },
    });
    worker.start();
    await setup.clock.advance(12_000);
    expect(good.calls).toHaveLength(1);
    expect(bad.calls.length).toBeGreaterThan(1);
    await drained(setup, worker);
  });

  test('a batch handler is never called with nothing', async () => {
    const setup = await memorySetup();
    const { handler, calls } = batchHandler({ maxSize: 10, maxWaitMs: 50 });
    const worker = setup.worker({ batch: { index: handler } });
    worker.start();
    await setup.clock.advance(120_000);
    expect(calls).toEqual([]);
    await drained(setup, worker);
  });

  test('a batch that is still gathered when the worker stops is given back', async () => {
    const setup = await memorySetup();
    await setup.send('index', 1);
    const { handler, calls } = batchHandler({ maxSize: 10, maxWaitMs: 10_000 });
    const worker = setup.worker({ batch: { index: handler } });
    worker.start();
    await setup.clock.advance(500);
    await drained(setup, worker);
    expect(calls).toEqual([]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });
});

describe('Raw handlers', () => {
  test('get every message of their queue as it is, whatever its body', async () => {
    const setup = await memorySetup();
    const body = '{"version":"0","detail-type":"Scheduled Event","detail":{}}';
    await setup.sendBody(body);
    const seen: { body: string; sentAt: number }[] = [];
    const worker = setup.worker({
      raw: (_data, { message }) => void seen.push({ body: message.body, sentAt: message.sentAt }),
    });
    worker.start();
    await setup.clock.advance(500);
    expect(seen).toEqual([{ body, sentAt: setup.clock.wallNow() - 500 }]);
    await drained(setup, worker);
  });
});

describe('Consuming without a worker', () => {
  test('processBatch runs one receive and tells what succeeded and what failed', async () => {
    const setup = await memorySetup();
    const ids: string[] = [];
    for (const pattern of ['good', 'good', 'good', 'bad']) ids.push(await setup.send(pattern));
    const consumer = consumerOf(setup, {
      good: () => {},
      bad: () => {
        throw new Error('failed');
      },
    });
    const batch = consumer.processBatch(handleOn(setup));
    await setup.clock.advance(1_000);
    const { succeeded, failed } = await batch;
    expect(succeeded.map(({ id }) => id).toSorted()).toEqual(ids.slice(0, 3).toSorted());
    expect(failed).toEqual([
      expect.objectContaining({
        message: expect.objectContaining({ id: ids[3] }),
        error: new Error('failed'),
      }),
    ]);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('processBatch ends where a FIFO head fails and the rest of its group is given back', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (const n of [1, 2]) await setup.send('bad', n);
    const consumer = consumerOf(setup, {
      bad: () => {
        throw new Error('failed');
      },
    });
    let isOver = false;
    const batch = consumer.processBatch(handleOn(setup)).finally(() => (isOver = true));
    await setup.clock.advance(5_000);
    expect(isOver).toBe(true);
    expect((await batch).failed).toHaveLength(1);
    expect(setup.service.messages('jobs.fifo').map(({ state }) => state)).toEqual([
      'inflight',
      'visible',
    ]);
  });

  test('processBatch of an empty queue is an empty result', async () => {
    const setup = await memorySetup();
    const batch = consumerOf(setup, {}).processBatch(handleOn(setup));
    await setup.clock.advance(1_000);
    expect(await batch).toEqual({ succeeded: [], failed: [] });
  });

  test('a loop of one’s own dispatches as it likes; what it acks is gone, what it retries comes back', async () => {
    const setup = await memorySetup();
    for (const pattern of ['add', 'skip', 'add']) await setup.send(pattern);
    const stream = consumerOf(setup, {}).messages(handleOn(setup));
    const seen: (string | undefined)[] = [];
    const loop = (async () => {
      for await (const delivery of stream) {
        seen.push(delivery.pattern);
        if (delivery.pattern === 'add') delivery.ack();
        else delivery.retry({ delaySeconds: 300 });
        if (seen.length === 3) break;
      }
    })();
    await setup.clock.advance(2_000);
    await loop;
    expect(sorted(seen)).toEqual(['add', 'add', 'skip']);
    const bodies = setup.service.messages('jobs').map(({ body }) => body);
    expect(bodies).toEqual([bodyOf('skip')]);
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('leaving the loop without an ack leaves the messages', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 3; n++) await setup.send('job', n);
    const stream = consumerOf(setup, {}).messages(handleOn(setup));
    const loop = (async () => {
      for await (const delivery of stream) if (delivery.pattern === 'job') break;
    })();
    await setup.clock.advance(2_000);
    await loop;
    expect(setup.counts()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
  });

  test('a loop that settles nothing still gets every message, and each comes back later', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 5; n++) await setup.send('job', n);
    const stream = consumerOf(setup, {}).messages(handleOn(setup), { concurrency: 2 });
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const { data } of stream) {
        seen.push(data);
        if (seen.length === 5) break;
      }
    })();
    await setup.clock.advance(10_000);
    await loop;
    expect(sorted(seen)).toEqual([0, 1, 2, 3, 4]);
    await setup.clock.advance(30_000);
    expect(setup.counts().visible).toBe(5);
  });
});

function batchHandler(
  options: { maxSize: number; maxWaitMs: number },
  errorOf: (delivery: TaskDelivery, call: number) => Error | undefined = () => undefined,
) {
  const calls: unknown[][] = [];
  const handler: BatchTaskHandler = {
    name: 'Test.batch',
    options,
    async run(deliveries) {
      const call = calls.push(deliveries.map(({ data }) => data)) - 1;
      const failed = deliveries.flatMap((delivery) => {
        const error = errorOf(delivery, call);
        return error === undefined ? [] : [[delivery.message.id, error] as const];
      });
      return new Map(failed);
    },
  };
  return { handler, calls };
}

function sorted(values: readonly unknown[]): unknown[] {
  return values.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

function handleOn(setup: MemorySetup) {
  return handleOf({ gateway: setup.gateway, queueUrl: setup.queueUrl });
}

function consumerOf(setup: MemorySetup, handlers: Record<string, () => void>): Consumer {
  return new Consumer({
    handlers: {
      find: (_queue, pattern) =>
        Object.hasOwn(handlers, pattern)
          ? { kind: 'task', handler: handlerOf(handlers[pattern]) }
          : undefined,
      findRaw: () => undefined,
      patternsOf: () => Object.keys(handlers),
      maxBatchSizeOf: () => 0,
    },
    interceptors: [],
    clock: setup.clock,
    logger: setup.logger,
  });
}
