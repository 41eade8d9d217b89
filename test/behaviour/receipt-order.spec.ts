import { Consumer } from '../../lib/consumer/consumer.js';
import { LeaseLostError, type VisibilityChange } from '../../lib/contracts/index.js';
import { controlError } from '../support/control-errors.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { handleOf } from '../support/worker.js';

describe('Operations on one receipt keep their order', () => {
  test.each([
    [
      'a retry',
      'visibility 0',
      () => Promise.reject(controlError({ kind: 'retry', delaySeconds: 0 })),
    ],
    ['a success', 'delete', () => undefined],
    ['a discard', 'delete', () => Promise.reject(controlError({ kind: 'discard', reason: 'no' }))],
  ])(
    'extend() twice without waiting, then the end with %s: the settlement is last',
    async (_name, settlement, end) => {
      const setup = await memorySetup();
      const operations = slowCalls(setup, 100);
      await setup.send('job');
      const worker = setup.worker({
        handlers: {
          job(_data, delivery) {
            if (delivery.attempt > 1) return undefined;
            void delivery.extend(600);
            void delivery.extend(700);
            return end();
          },
        },
      });
      worker.start();
      await setup.clock.advance(2_000);
      expect(operations.slice(0, 2)).toEqual(['visibility 600', settlement]);
      expect(operations).not.toContain('visibility 700');
      await setup.clock.advance(60_000);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await drained(setup, worker);
    },
  );

  test('extend() many times at once asks for no more than it must, each after the other', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 100);
    let open = 0;
    let mostOpen = 0;
    const before = setup.service.beforeCall;
    setup.service.beforeCall = async (operation, ...rest) => {
      mostOpen = Math.max(mostOpen, ++open);
      await before?.(operation, ...rest);
      open--;
    };
    await setup.send('job');
    const worker = setup.worker({
      consume: { waitTimeSeconds: 0 },
      handlers: {
        async job(_data, delivery) {
          open = mostOpen = 0;
          worker.pause('jobs');
          await Promise.all([60, 50, 600, 40, 500, 700].map((seconds) => delivery.extend(seconds)));
        },
      },
    });
    worker.start();
    await setup.clock.advance(5_000);
    expect(operations).toEqual(['visibility 60', 'visibility 600', 'visibility 700', 'delete']);
    expect(mostOpen).toBe(1);
    await drained(setup, worker);
  });

  test('a heartbeat that is under way goes before the settlement', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '12' } });
    const operations = slowCalls(setup, 500);
    await setup.send('job');
    const worker = setup.worker({
      // Due at six seconds, under way until half a second later.
      handlers: { job: () => sleep(setup, 6_200) },
    });
    worker.start();
    await setup.clock.advance(8_000);
    expect(operations).toEqual(['visibility 12', 'delete']);
    await drained(setup, worker);
  });

  test('extend() waits for a heartbeat that is under way, and asks for what is missing', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '12' } });
    const operations = slowCalls(setup, 500);
    await setup.send('job');
    const worker = setup.worker({
      handlers: {
        async job(_data, delivery) {
          await sleep(setup, 6_200);
          await Promise.all([delivery.extend(5), delivery.extend(100)]);
        },
      },
    });
    worker.start();
    await setup.clock.advance(10_000);
    expect(operations).toEqual(['visibility 12', 'visibility 100', 'delete']);
    await drained(setup, worker);
  });

  test('what a drain gives back goes after an extension that is under way, and none follows it', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 1_000);
    await setup.send('job');
    const seen: unknown[] = [];
    const worker = setup.worker({
      drainTimeoutMs: 500,
      handlers: {
        async job(_data, delivery) {
          await sleep(setup, 5_000);
          void delivery.extend(600);
          delivery.signal.addEventListener('abort', () => {
            void delivery.extend(900).catch((error: unknown) => seen.push(error));
          });
          await sleep(setup, 60_000);
        },
      },
    });
    worker.start();
    await setup.clock.advance(5_100);
    const drain = worker.drain({ exiting: true });
    await setup.clock.advance(5_000);
    await drain;
    expect(operations).toEqual(['visibility 600', 'visibility 0']);
    expect(seen).toEqual([expect.objectContaining({ because: 'settled' })]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    await setup.clock.advance(60_000);
  });

  test('after a message was given back, its handler neither hides nor shows it by its end', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 10);
    await setup.send('job');
    const worker = setup.worker({
      drainTimeoutMs: 500,
      handlers: {
        async job() {
          await sleep(setup, 10_000);
          throw Object.assign(new Error('late'), { delaySeconds: 1 });
        },
      },
    });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain({ exiting: true });
    await setup.clock.advance(2_000);
    await drain;
    await setup.clock.advance(20_000);
    expect(operations).toEqual(['visibility 0']);
  });

  test('extend() after the end, by a handler that did not wait for it, is no unhandled rejection', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 10);
    await setup.send('job');
    const ended: unknown[] = [];
    const worker = setup.worker({
      handlers: {
        job(_data, delivery) {
          setup.clock.setTimer(() => {
            void delivery.extend(600);
            delivery.extend(600).catch((error: unknown) => ended.push(error));
          }, 5_000);
        },
      },
    });
    worker.start();
    await setup.clock.advance(10_000);
    expect(operations).toEqual(['delete']);
    expect(ended).toEqual([expect.any(LeaseLostError)]);
    await drained(setup, worker);
  });

  test('with ack: before there is nothing to extend, and extend() says so by doing nothing', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 10);
    await setup.send('job');
    const aborted: unknown[] = [];
    const worker = setup.worker({
      consume: { ack: 'before' },
      handlers: {
        async job(_data, delivery) {
          await delivery.extend(600);
          aborted.push(delivery.signal.aborted);
        },
      },
    });
    worker.start();
    await setup.clock.advance(2_000);
    expect(operations).toEqual(['delete']);
    expect(aborted).toEqual([false]);
    await drained(setup, worker);
  });

  test('extend(NaN) is refused, and nothing is asked for', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 10);
    await setup.send('job');
    const errors: unknown[] = [];
    const worker = setup.worker({
      handlers: {
        job: (_data, delivery) =>
          delivery.extend(NaN).catch((error: unknown) => void errors.push(error)),
      },
    });
    worker.start();
    await setup.clock.advance(2_000);
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(operations).toEqual(['delete']);
    await drained(setup, worker);
  });

  test('a settlement that waits for an extension leaves at once when the worker is drained', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 200);
    await setup.send('job');
    const worker = setup.worker({
      consume: { settleLingerMs: 1_000 },
      drainTimeoutMs: 0,
      handlers: {
        async job(_data, delivery) {
          await sleep(setup, 1_000);
          void delivery.extend(600);
        },
      },
    });
    worker.start();
    await setup.send('other');
    await setup.clock.advance(1_050);
    const drain = worker.drain();
    await setup.clock.advance(500);
    expect(operations.slice(-2)).toEqual(['visibility 600', 'delete']);
    await setup.clock.advance(2_000);
    await drain;
  });

  test('a loop of one’s own: its ack() and retry() are last too', async () => {
    const setup = await memorySetup();
    const operations = slowCalls(setup, 100);
    await setup.send('job', 1);
    const none = { find: () => undefined, findRaw: () => undefined };
    const handlers = { ...none, patternsOf: () => [], maxBatchSizeOf: () => 0 };
    const { clock, logger, gateway, queueUrl } = setup;
    const consumer = new Consumer({ handlers, interceptors: [], clock, logger });
    const loop = consumer.messages(handleOf({ gateway, queueUrl }));
    const first = loop.next();
    await clock.advance(500);
    const { value } = await first;
    void value?.extend(600);
    void value?.extend(700);
    value?.retry({ delaySeconds: 0 });
    await clock.advance(500);
    expect(operations).toEqual(['visibility 600', 'visibility 0']);
    const again = loop.next();
    await clock.advance(500);
    void (await again).value?.extend(600);
    (await again).value?.ack();
    await clock.advance(1_000);
    expect(operations.slice(2)).toEqual(['visibility 600', 'delete']);
    const closing = loop.close();
    await clock.advance(1_000);
    await closing;
  });

  test('FIFO: a head that is tried again here is settled after the extension of its first try', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 5 });
    const operations = slowCalls(setup, 2_000);
    await setup.send('job');
    const worker = setup.worker({
      consume: { onError: { kind: 'retry', backoff: () => 0 } },
      handlers: {
        job(_data, delivery) {
          if (delivery.attempt > 1) return;
          void delivery.extend(600);
          throw new Error('first');
        },
      },
    });
    worker.start();
    await setup.clock.advance(20_000);
    expect(operations).toEqual(['visibility 600', 'delete']);
    await drained(setup, worker);
  });
});

/** Deletes and visibility changes take so long to reach the service; answers them in the order in which they take effect. */
function slowCalls({ service, clock }: MemorySetup, ms: number): string[] {
  const operations: string[] = [];
  service.beforeCall = (operation) => {
    if (operation === 'ReceiveMessage' || operation === 'SendMessageBatch') return undefined;
    return new Promise((resolve) => void clock.setTimer(resolve, ms));
  };
  service.afterCall = (operation, _queue, request) => {
    if (operation === 'DeleteMessageBatch') operations.push('delete');
    if (operation !== 'ChangeMessageVisibilityBatch') return undefined;
    const changes = request as VisibilityChange[];
    for (const { visibilityTimeoutSeconds } of changes) {
      operations.push(`visibility ${visibilityTimeoutSeconds}`);
    }
    return undefined;
  };
  return operations;
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
