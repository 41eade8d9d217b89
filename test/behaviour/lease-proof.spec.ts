import {
  LeaseLostError,
  type TaskDelivery,
  type VisibilityChange,
} from '../../lib/contracts/index.js';
import type { ExpiredHandles } from '../../lib/queue-client/memory/memory-queue-service.js';
import { collect, drained, memorySetup, type MemorySetup } from '../support/memory.js';

/** Seconds; a round of extensions comes every second. */
const timeout = 6;

describe.each(['refuse', 'ignore'] as const)('Leases, expired handles: %s', (expiredHandles) => {
  test('an extension that is confirmed after the old lease ended proves nothing', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('long');
    const { worker, reasons } = longWorker(setup, 60_000);
    onExtension(setup, () => {
      // Asked for with three seconds left, read after four.
      setup.clock.stall(4_000);
    });
    worker.start();
    await setup.clock.advance(4_000);
    expect(reasons).toEqual([expect.any(LeaseLostError)]);
    expect(reasons[0]).toMatchObject({ because: 'expired' });
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test('one that is confirmed in time counts from when it left', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('long');
    const { worker, lostAt } = longWorker(setup, 60_000);
    let extensions = 0;
    onExtension(setup, () => {
      if (extensions++ > 0) throw new Error('no more');
      setup.clock.stall(2_000);
    });
    worker.start();
    await setup.clock.advance(30_000);
    // Left at 3 s, answered at 5 s.
    expect(lostAt).toEqual([9_000]);
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test('of a batch, only those whose own lease had not ended are extended', async () => {
    const setup = await leasedSetup(expiredHandles);
    const lost: unknown[] = [];
    const worker = setup.worker({
      consume: { visibilityTimeoutSeconds: timeout },
      handlers: {
        long(data, delivery) {
          delivery.signal.addEventListener('abort', () => lost.push(data));
          return sleep(setup, 8_000);
        },
      },
    });
    worker.start();
    await setup.send('long', 'early');
    await setup.clock.advance(2_000);
    await setup.send('long', 'late');
    await setup.clock.advance(500);
    // Both become due in one call, whose answer is read when the lease of the first has ended.
    let isFirst = true;
    onExtension(setup, (entries) => {
      if (entries.length < 2 || !isFirst) throw new Error('not yet');
      isFirst = false;
      setup.clock.stall(2_300);
    });
    await setup.clock.advance(4_000);
    expect(isFirst).toBe(false);
    expect(lost).toEqual(['early']);
    setup.service.afterCall = undefined;
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test('extend() that is confirmed too late rejects, and tells the handler', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('patient');
    const seen: unknown[] = [];
    const worker = setup.worker({
      consume: { visibilityTimeoutSeconds: timeout },
      handlers: {
        async patient(_data, delivery) {
          await sleep(setup, 1_000);
          await delivery.extend(600).catch((error: unknown) => seen.push(error));
          seen.push(delivery.signal.reason);
        },
      },
    });
    onExtension(setup, () => setup.clock.stall(5_500));
    worker.start();
    await setup.clock.advance(10_000);
    expect(seen).toEqual([expect.any(LeaseLostError), expect.any(LeaseLostError)]);
    await drained(setup, worker);
  });

  test('a message that is given again takes the lease from its first delivery, and never runs twice at once', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('long');
    let running = 0;
    let most = 0;
    let runs = 0;
    const reasons: unknown[] = [];
    const worker = setup.worker({
      consume: { visibilityTimeoutSeconds: timeout },
      handlers: {
        async long(_data, delivery) {
          runs++;
          most = Math.max(most, ++running);
          delivery.signal.addEventListener('abort', () => reasons.push(delivery.signal.reason));
          await sleep(setup, 3_000);
          running--;
        },
      },
    });
    const lost = collect(worker, 'lease:lost');
    worker.start();
    await setup.clock.advance(500);
    await exposeAll(setup);
    await setup.clock.advance(100);
    expect(reasons).toEqual([expect.objectContaining({ because: 'redelivered' })]);
    expect(lost).toHaveLength(1);
    await setup.clock.advance(10_000);
    // Its success is remembered, so the copy is deleted by its own receipt without another run.
    expect({ runs, most }).toEqual({ runs: 1, most: 1 });
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('a message that is given again while it waits for a slot runs by its new receipt alone', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('first');
    await setup.clock.advance(1);
    let runs = 0;
    const worker = setup.worker({
      consume: { concurrency: 1, prefetch: 10, visibilityTimeoutSeconds: timeout },
      handlers: { first: () => sleep(setup, 3_000), second: () => void runs++ },
    });
    worker.start();
    await setup.clock.advance(100);
    await setup.send('second');
    await setup.clock.advance(100);
    expect(worker.status().queues[0]?.prefetchedCount).toBe(1);
    await exposeAll(setup);
    await setup.clock.advance(10_000);
    expect(runs).toBe(1);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('a delete that is confirmed after a refused extension is remembered: the copy does not run', async () => {
    const setup = await leasedSetup(expiredHandles);
    await setup.send('long');
    setup.service.afterCall = (operation, _queue, request) => {
      if (operation !== 'ChangeMessageVisibilityBatch') return undefined;
      const failure = { code: 'ReceiptHandleIsInvalid', message: 'stale', senderFault: true };
      return (request as unknown[]).map(() => ({ ok: false, failure }));
    };
    // SQS says yes to a delete by a stale handle, and does nothing.
    let isLying = true;
    const deleteBatch = setup.gateway.deleteBatch.bind(setup.gateway);
    setup.gateway.deleteBatch = async (url, handles, options) =>
      isLying
        ? handles.map(() => ({ ok: true, value: undefined }))
        : deleteBatch(url, handles, options);
    const { worker, runs } = longWorker(setup, 3_500);
    worker.start();
    await setup.clock.advance(5_000);
    isLying = false;
    setup.service.afterCall = undefined;
    await setup.clock.advance(30_000);
    expect(runs()).toBe(1);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });
});

describe('The lease of a received message', () => {
  test('counts from a sixth of its timeout before a long poll was answered', async () => {
    const setup = await leasedSetup('refuse');
    const { worker, lostAt } = longWorker(setup, 60_000);
    onExtension(setup, () => {
      throw new Error('none');
    });
    worker.start();
    await setup.clock.advance(10_000);
    await setup.send('long');
    await setup.clock.advance(20_000);
    expect(lostAt).toEqual([15_000]);
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test('counts from its request where that is later', async () => {
    const setup = await leasedSetup('refuse');
    await setup.send('long');
    const { worker, lostAt } = longWorker(setup, 60_000);
    setup.service.afterCall = (operation) => {
      if (operation === 'ChangeMessageVisibilityBatch') throw new Error('none');
      if (operation === 'ReceiveMessage' && setup.clock.now() === 0) setup.clock.stall(400);
      return undefined;
    };
    worker.start();
    await setup.clock.advance(20_000);
    expect(lostAt).toEqual([6_000]);
    await setup.clock.advance(60_000);
    await drained(setup, worker);
  });

  test('is over where its answer came so late that SQS may have given it again', async () => {
    const setup = await leasedSetup('ignore');
    await setup.send('long');
    const { worker, runs } = longWorker(setup, 100);
    let isFirst = true;
    setup.service.afterCall = (operation) => {
      if (operation !== 'ReceiveMessage' || !isFirst) return undefined;
      isFirst = false;
      // Longer than the timeout, in a loop that stands still.
      setup.clock.stall(8_000);
      return undefined;
    };
    worker.start();
    await setup.clock.advance(30_000);
    expect(runs()).toBeGreaterThan(0);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });
});

async function leasedSetup(expiredHandles: ExpiredHandles): Promise<MemorySetup> {
  return memorySetup({ attributes: { VisibilityTimeout: `${timeout}` }, expiredHandles });
}

/** A worker whose handler takes so long, and what became of its leases. */
function longWorker(setup: MemorySetup, ms: number) {
  const reasons: unknown[] = [];
  const lostAt: number[] = [];
  let runs = 0;
  const worker = setup.worker({
    consume: { visibilityTimeoutSeconds: timeout, concurrency: 1, prefetch: 0 },
    handlers: {
      long(_data: unknown, delivery: TaskDelivery) {
        runs++;
        delivery.signal.addEventListener('abort', () => {
          reasons.push(delivery.signal.reason);
          lostAt.push(setup.clock.now());
        });
        return sleep(setup, ms);
      },
    },
  });
  return { worker, reasons, lostAt, runs: () => runs };
}

/** After SQS extended, before the worker hears of it. */
function onExtension(
  setup: MemorySetup,
  act: (entries: readonly VisibilityChange[]) => void,
): void {
  setup.service.afterCall = (operation, _queue, request) => {
    if (operation === 'ChangeMessageVisibilityBatch') act(request as VisibilityChange[]);
    return undefined;
  };
}

/** Ends the visibility timeout of everything in flight at SQS, whatever its receivers believe. */
async function exposeAll({ service, queueUrl }: MemorySetup): Promise<void> {
  const queue = service.at(queueUrl);
  for (const message of queue.store.values()) {
    if (message.state === 'inflight') queue.store.release(message);
  }
  queue.polls.serve();
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
