import {
  InvalidOptionsError,
  UnknownNameError,
  type BatchTaskHandler,
  type QueueHandle,
} from '../../lib/contracts/index.js';
import { constant, retry } from '../../lib/consumer/retry/index.js';
import { Worker } from '../../lib/consumer/worker.js';
import { resolveConsumeOptions } from '../../lib/consumer/options/resolve-worker-options.js';
import { never } from '../../lib/consumer/stopping/index.js';
import { familySetup } from '../support/family.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { handleOf, handlerOf } from '../support/worker.js';

describe('A paused queue', () => {
  test('gives back what its open poll brings, and handles nothing', async () => {
    const { setup, worker, seen } = await running();
    worker.pause('jobs');
    await setup.send('job', 1);
    await setup.clock.advance(100);
    expect(seen).toEqual([]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    await setup.clock.advance(300_000);
    expect(seen).toEqual([]);
    expect(setup.service.stats('jobs')).toMatchObject({ received: 1, openPolls: 0 });
    await drained(setup, worker);
  });

  test('handles at once when it is resumed, with the poll that is still open or with a new one', async () => {
    const { setup, worker, seen } = await running();
    worker.pause('jobs');
    await setup.clock.advance(5_000);
    worker.resume('jobs');
    await setup.send('job', 1);
    await setup.clock.advance(1);
    expect(seen).toEqual([1]);
    worker.pause('jobs');
    await setup.send('job', 2);
    await setup.clock.advance(60_000);
    worker.resume('jobs');
    await setup.clock.advance(1);
    expect(seen).toEqual([1, 2]);
    await drained(setup, worker);
  });

  test('gives back what was held for a slot, and lets what runs end', async () => {
    const setup = await memorySetup();
    const seen: unknown[] = [];
    for (let n = 0; n < 8; n++) await setup.send('job', n);
    const worker = setup.worker({
      consume: { concurrency: 2, prefetch: 10 },
      handlers: { job: async (data) => (seen.push(data), sleep(setup, 10_000)) },
    });
    worker.start();
    await setup.clock.advance(100);
    expect(worker.status().queues[0]).toMatchObject({ runningCount: 2, prefetchedCount: 6 });
    worker.pause('jobs');
    await setup.clock.advance(100);
    expect(worker.status().queues[0]).toMatchObject({ runningCount: 2, prefetchedCount: 0 });
    expect(setup.counts()).toEqual({ visible: 6, inFlight: 2, delayed: 0 });
    await setup.clock.advance(60_000);
    expect(seen).toHaveLength(2);
    expect(setup.counts()).toEqual({ visible: 6, inFlight: 0, delayed: 0 });
    worker.resume('jobs');
    await setup.clock.advance(60_000);
    expect(new Set(seen).size).toBe(8);
    expect(seen).toHaveLength(8);
    await drained(setup, worker);
  });

  test('keeps the leases of what runs', async () => {
    const { setup, worker, seen } = await running({ visibilityTimeoutSeconds: 6 }, 60_000);
    await setup.send('job', 1);
    await setup.clock.advance(100);
    worker.pause('jobs');
    await setup.clock.advance(70_000);
    expect(seen).toEqual([1]);
    expect(setup.service.stats('jobs')).toMatchObject({ received: 1, deleted: 1 });
    await drained(setup, worker);
  });

  test('gives back a batch that is being gathered, and one that waits for a slot', async () => {
    const setup = await memorySetup();
    const calls: unknown[][] = [];
    const handler: BatchTaskHandler = {
      name: 'Test.batch',
      options: { maxSize: 3, maxWaitMs: 10_000 },
      async run(deliveries) {
        calls.push(deliveries.map(({ data }) => data));
        await sleep(setup, 5_000);
        return new Map();
      },
    };
    const worker = setup.worker({ batch: { index: handler }, consume: { concurrency: 1 } });
    worker.start();
    for (let n = 0; n < 8; n++) await setup.send('index', n);
    await setup.clock.advance(100);
    expect(calls).toHaveLength(1);
    worker.pause('jobs');
    await setup.clock.advance(60_000);
    expect(calls).toHaveLength(1);
    expect(setup.counts()).toEqual({ visible: 5, inFlight: 0, delayed: 0 });
    worker.resume('jobs');
    await setup.clock.advance(60_000);
    expect(calls.flat()).toHaveLength(8);
    await drained(setup, worker);
  });

  test('paused and resumed in one moment, it loses and repeats nothing', async () => {
    const { setup, worker, seen } = await running({ concurrency: 1, prefetch: 10 }, 1_000);
    for (let n = 0; n < 5; n++) await setup.send('job', n);
    await setup.clock.advance(100);
    for (let i = 0; i < 3; i++) {
      worker.pause('jobs');
      worker.pause('jobs');
      worker.resume('jobs');
      worker.resume('jobs');
    }
    await setup.clock.advance(30_000);
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('starts nothing on any level', async () => {
    const setup = await familySetup({ priorities: 3 });
    const seen: unknown[] = [];
    const worker = setup.worker({
      consume: { concurrency: 1, prefetch: 5 },
      handlers: { job: async (data) => (seen.push(data), setup.sleep(1_000)) },
    });
    worker.start();
    for (const level of [0, 1, 2]) await setup.fill(level, 4);
    await setup.clock.advance(500);
    expect(seen).toHaveLength(1);
    worker.pause('jobs');
    await setup.clock.advance(20_000);
    for (const level of [0, 1, 2]) await setup.fill(level, 1);
    await setup.clock.advance(60_000);
    expect(seen).toHaveLength(1);
    expect(worker.status().queues[0]).toMatchObject({ prefetchedCount: 0, openPollCount: 0 });
    for (const name of ['jobs', 'jobs--p1', 'jobs--p2'])
      expect(setup.counts(name).inFlight).toBe(0);
    worker.resume('jobs');
    await setup.clock.advance(60_000);
    expect(setup.left()).toBe(0);
    await drained(setup, worker);
  });
});

describe('A paused FIFO queue', () => {
  test('gives back the rest of a group, and goes on in order', async () => {
    const { setup, worker, seen } = await running({ concurrency: 5 }, 5_000, 'jobs.fifo');
    for (let n = 0; n < 4; n++) await setup.send('job', n);
    await setup.clock.advance(100);
    worker.pause('jobs.fifo');
    await setup.clock.advance(60_000);
    expect(seen).toEqual([0]);
    expect(setup.counts()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
    worker.resume('jobs.fifo');
    await setup.clock.advance(60_000);
    expect(seen).toEqual([0, 1, 2, 3]);
    await drained(setup, worker);
  });

  test('gives back a head that waits for its next try, with what is left of its delay', async () => {
    const { setup, worker, failing } = await failingHead(60);
    await setup.clock.advance(10_000);
    expect(failing.at).toEqual([0]);
    worker.pause('jobs.fifo');
    await setup.clock.advance(1_000);
    // Visible, but behind a head that SQS hides.
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
    await setup.clock.advance(48_000);
    expect(setup.counts()).toMatchObject({ inFlight: 1 });
    await setup.clock.advance(2_000);
    expect(setup.counts()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    expect(failing.at).toEqual([0]);
    failing.isOver = true;
    worker.resume('jobs.fifo');
    await setup.clock.advance(10_000);
    expect(failing.done).toEqual([0, 1]);
    await drained(setup, worker);
  });

  test('keeps no head that fails meanwhile: SQS hides it for its delay', async () => {
    const { setup, worker, failing } = await failingHead(30, 5_000);
    worker.pause('jobs.fifo');
    await setup.clock.advance(6_000);
    expect(worker.status().queues[0]).toMatchObject({ runningCount: 0, prefetchedCount: 0 });
    await setup.clock.advance(28_000);
    expect(setup.counts()).toMatchObject({ inFlight: 1 });
    await setup.clock.advance(2_000);
    expect(setup.counts()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    expect(failing.at).toEqual([0]);
    failing.isOver = true;
    worker.resume('jobs.fifo');
    await setup.clock.advance(30_000);
    expect(failing.done).toEqual([0, 1]);
    await drained(setup, worker);
  });
});

describe('Pausing at any time', () => {
  test('before the start holds from the start on', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    let runs = 0;
    const worker = setup.worker({ handlers: { job: () => void runs++ } });
    worker.pause('jobs');
    worker.setConcurrency('jobs', 3);
    expect(worker.status().queues[0]).toMatchObject({ isPaused: true, concurrency: 3 });
    worker.start();
    await setup.clock.advance(60_000);
    expect(setup.service.calls.of('ReceiveMessage')).toBe(0);
    worker.resume('jobs');
    await setup.clock.advance(1);
    expect(runs).toBe(1);
    expect(worker.status().queues[0]).toMatchObject({ isPaused: false, concurrency: 3 });
    await drained(setup, worker);
  });

  test('before the queue exists holds once it does', async () => {
    const setup = await memorySetup();
    let appear!: (queue: QueueHandle) => void;
    const queue = new Promise<QueueHandle>((resolve) => (appear = resolve));
    let runs = 0;
    const handler = handlerOf(() => void runs++);
    const worker = new Worker({
      queues: [{ queue, name: 'jobs', handlersOf: 'jobs', consume: resolveConsumeOptions({}) }],
      handlers: {
        find: () => ({ kind: 'task', handler }),
        findRaw: () => undefined,
        patternsOf: () => ['job'],
        maxBatchSizeOf: () => 0,
      },
      interceptors: [],
      stopWhen: never(),
      drainTimeoutMs: 0,
      clock: setup.clock,
      logger: setup.logger,
    });
    worker.start();
    worker.pause('jobs');
    appear(handleOf({ gateway: setup.gateway, queueUrl: setup.queueUrl }));
    await setup.send('job');
    await setup.clock.advance(60_000);
    expect(runs).toBe(0);
    expect(worker.status().queues[0]).toMatchObject({ isPaused: true });
    worker.resume('jobs');
    await setup.clock.advance(100);
    expect(runs).toBe(1);
    await drained(setup, worker);
  });

  test('a queue that the worker does not consume is an error, whenever it is named', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({});
    expect(() => worker.pause('jbos')).toThrow(UnknownNameError);
    worker.start();
    expect(() => worker.resume('jbos')).toThrow(UnknownNameError);
    expect(() => worker.setConcurrency('jbos', 1)).toThrow(UnknownNameError);
    await drained(setup, worker);
  });

  test('while it drains changes nothing, and a resume takes nothing more', async () => {
    const { setup, worker, seen } = await running({}, 5_000);
    await setup.send('job', 1);
    await setup.clock.advance(100);
    const drain = worker.drain();
    worker.pause('jobs');
    await setup.send('job', 2);
    worker.resume('jobs');
    await setup.clock.advance(30_000);
    await drain;
    expect(seen).toEqual([1]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('a paused queue drains like any other', async () => {
    const { setup, worker, seen } = await running({ concurrency: 1 }, 3_000);
    for (let n = 0; n < 3; n++) await setup.send('job', n);
    await setup.clock.advance(100);
    worker.pause('jobs');
    const drain = worker.drain();
    await setup.clock.advance(5_000);
    await drain;
    expect(seen).toHaveLength(1);
    expect(setup.counts()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('lowering the concurrency starts nothing until so few run', async () => {
    const { setup, worker } = await running({ concurrency: 4 }, 3_000);
    for (let n = 0; n < 10; n++) await setup.send('job', n);
    await setup.clock.advance(100);
    const count = () => worker.status().queues[0]?.runningCount;
    expect(count()).toBe(4);
    worker.setConcurrency('jobs', 2);
    await setup.clock.advance(2_000);
    expect(count()).toBe(4);
    await setup.clock.advance(2_000);
    expect(count()).toBe(2);
    worker.pause('jobs');
    await setup.clock.advance(10_000);
    expect(count()).toBe(0);
    worker.resume('jobs');
    await setup.clock.advance(100);
    expect(count()).toBe(2);
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test.each([0, -1, 1.5, NaN, 10_001])('a concurrency of %d is refused', async (concurrency) => {
    const { setup, worker } = await running();
    expect(() => worker.setConcurrency('jobs', concurrency)).toThrow(InvalidOptionsError);
    expect(worker.status().queues[0]?.concurrency).toBe(10);
    await drained(setup, worker);
  });
});

async function running(consume = {}, takesMs = 0, queue = 'jobs') {
  const setup = await memorySetup({ queue, attributes: { VisibilityTimeout: '300' } });
  const seen: unknown[] = [];
  const worker = setup.worker({
    consume,
    handlers: { job: async (data) => (seen.push(data), sleep(setup, takesMs)) },
  });
  worker.start();
  await setup.clock.advance(100);
  return { setup, worker, seen };
}

/** A group of two, whose head fails until it is told otherwise. */
async function failingHead(delaySeconds: number, takesMs = 0) {
  const setup = await memorySetup({ queue: 'jobs.fifo', attributes: { VisibilityTimeout: '300' } });
  const failing = { at: [] as number[], isOver: false, done: [] as unknown[] };
  const worker = setup.worker({
    consume: { onError: retry(constant(delaySeconds)) },
    handlers: {
      async job(data) {
        if (!failing.isOver) failing.at.push(setup.clock.now());
        await sleep(setup, takesMs);
        if (!failing.isOver) throw new Error('not yet');
        failing.done.push(data);
      },
    },
  });
  for (const n of [0, 1]) await setup.send('job', n);
  worker.start();
  await setup.clock.advance(0);
  return { setup, worker, failing };
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
