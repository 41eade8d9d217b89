import type { TaskDelivery } from '../../lib/contracts/index.js';
import { LeaseLostError, TaskTimeoutError } from '../../lib/contracts/index.js';
import { collect, drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { handlerOf } from '../support/worker.js';

describe('Leases', () => {
  test('a task longer than the visibility timeout runs once', async () => {
    const setup = await shortLeases();
    await setup.send('long');
    let runs = 0;
    const worker = setup.worker({
      handlers: { long: () => (runs++, sleep(setup, 60_000)) },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(70_000);
    expect(runs).toBe(1);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('prefetched messages are leased like running ones', async () => {
    const setup = await shortLeases();
    for (let i = 0; i < 5; i++) await setup.send('slow', i);
    const seen: unknown[] = [];
    const worker = setup.worker({
      consume: { concurrency: 1, prefetch: 10 },
      handlers: { slow: (data) => (seen.push(data), sleep(setup, 5_000)) },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(30_000);
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(seen).toHaveLength(5);
    await drained(setup, worker);
  });

  test('a heartbeat round of a hundred tasks is ten calls', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '30' } });
    for (let i = 0; i < 100; i++) await setup.send('long', i);
    const worker = setup.worker({
      consume: { concurrency: 100, prefetch: 0 },
      handlers: { long: () => sleep(setup, 22_000) },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(worker.status().queues[0]?.runningCount).toBe(100);
    setup.service.calls.reset();
    await setup.clock.advance(20_000);
    expect(setup.service.calls.of('ChangeMessageVisibilityBatch')).toBe(10);
    await drained(setup, worker);
  });

  test('a failed extension is tried again while time remains', async () => {
    const setup = await shortLeases();
    await setup.send('long');
    let failures = 0;
    setup.service.beforeCall = (operation) => {
      if (operation !== 'ChangeMessageVisibilityBatch' || failures++ > 0) return;
      throw new Error('a passing fault');
    };
    let runs = 0;
    const worker = setup.worker({
      handlers: { long: () => (runs++, sleep(setup, 10_000)) },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    const lost = collect(worker, 'lease:lost');
    worker.start();
    await setup.clock.advance(15_000);
    expect(failures).toBeGreaterThan(1);
    expect(runs).toBe(1);
    expect(lost).toEqual([]);
    await drained(setup, worker);
  });

  test('a lease that cannot be extended tells its handler, and the redelivered copy is deleted unrun', async () => {
    const setup = await shortLeases();
    await setup.send('long');
    setup.service.beforeCall = (operation) => {
      if (operation === 'ChangeMessageVisibilityBatch') throw new Error('always down');
    };
    const reasons: unknown[] = [];
    let runs = 0;
    const worker = setup.worker({
      handlers: {
        long(_data, delivery) {
          runs++;
          delivery.signal.addEventListener('abort', () => reasons.push(delivery.signal.reason));
          return sleep(setup, 10_000);
        },
      },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(3_000);
    expect(reasons).toEqual([expect.any(LeaseLostError)]);
    expect(reasons[0]).toMatchObject({ because: 'expired' });
    await setup.clock.advance(20_000);
    expect(runs).toBe(1);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('an extension that SQS refuses loses the lease at once', async () => {
    const setup = await shortLeases();
    await setup.send('long');
    setup.service.afterCall = (operation) => {
      if (operation !== 'ChangeMessageVisibilityBatch') return undefined;
      const failure = { code: 'ReceiptHandleIsInvalid', message: 'stale', senderFault: true };
      return [{ ok: false, failure }];
    };
    const lost: number[] = [];
    const worker = setup.worker({
      handlers: {
        long(_data, delivery) {
          delivery.signal.addEventListener('abort', () => lost.push(setup.clock.now()));
          return sleep(setup, 5_000);
        },
      },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(1_900);
    expect(lost).toHaveLength(1);
    await setup.clock.advance(10_000);
    await drained(setup, worker);
  });

  test('after an event loop that stood still, the handler hears of the loss before anything is deleted', async () => {
    const setup = await shortLeases();
    await setup.send('blocking');
    const order: string[] = [];
    setup.service.beforeCall = (operation) => {
      if (operation === 'DeleteMessageBatch') order.push('delete');
    };
    const worker = setup.worker({
      handlers: {
        blocking(_data, delivery) {
          delivery.signal.addEventListener('abort', () => order.push('lost'));
          setup.clock.stall(10_000);
        },
      },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    const lost = collect(worker, 'lease:lost');
    worker.start();
    await setup.clock.advance(1_000);
    expect(order.slice(0, 2)).toEqual(['lost', 'delete']);
    expect(lost).toHaveLength(1);
    await drained(setup, worker);
  });

  test('at twelve hours the last extension is cut, and the signal is aborted there', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '3600' } });
    await setup.send('endless');
    const total: number[] = [];
    const refused: unknown[] = [];
    setup.service.afterCall = (operation, _queue, request, answer) => {
      if (operation !== 'ChangeMessageVisibilityBatch') return undefined;
      const [entry] = request as { visibilityTimeoutSeconds: number }[];
      total.push(setup.clock.now() / 1000 + entry.visibilityTimeoutSeconds);
      for (const result of answer as { ok: boolean }[]) if (!result.ok) refused.push(result);
      return undefined;
    };
    const aborted: { at: number; reason: unknown }[] = [];
    const worker = setup.worker({
      handlers: {
        endless(_data, delivery) {
          delivery.signal.addEventListener('abort', () => {
            aborted.push({ at: setup.clock.now(), reason: delivery.signal.reason });
          });
          return sleep(setup, 50_000_000);
        },
      },
      handle: { visibilityTimeoutSeconds: 3_600 },
    });
    worker.start();
    await setup.clock.advance(43_300_000);
    expect(refused).toEqual([]);
    expect(Math.max(...total)).toBeLessThanOrEqual(43_200);
    expect(aborted).toHaveLength(1);
    expect(aborted[0].reason).toMatchObject({ because: 'cap' });
    expect(aborted[0].at).toBeGreaterThan(43_190_000);
    expect(aborted[0].at).toBeLessThanOrEqual(43_200_000);
    await setup.clock.advance(7_000_000);
    await drained(setup, worker);
  });

  test('extend() makes the lease last longer, and refuses once it is lost', async () => {
    const setup = await memorySetup();
    await setup.send('patient');
    let delivery!: TaskDelivery;
    const worker = setup.worker({
      handlers: {
        async patient(_data, own) {
          delivery = own;
          await own.extend(600);
          await sleep(setup, 500_000);
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    setup.service.calls.reset();
    await setup.clock.advance(299_000);
    expect(setup.service.calls.of('ChangeMessageVisibilityBatch')).toBe(0);
    await setup.clock.advance(300_000);
    await expect(delivery.extend(10)).rejects.toBeInstanceOf(LeaseLostError);
    await drained(setup, worker);
  });

  test('past timeoutMs the signal is aborted, and slot and lease are held until the real end', async () => {
    const setup = await shortLeases();
    await setup.send('late');
    await setup.send('late');
    let running = 0;
    let most = 0;
    let runs = 0;
    const reasons: unknown[] = [];
    const worker = setup.worker({
      consume: { concurrency: 1 },
      handlers: {
        late: handlerOf(
          async (_data, delivery) => {
            runs++;
            most = Math.max(most, ++running);
            delivery.signal.addEventListener('abort', () => reasons.push(delivery.signal.reason));
            await sleep(setup, 10_000);
            running--;
          },
          { timeoutMs: 1_000 },
        ),
      },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(30_000);
    expect(reasons).toEqual([expect.any(TaskTimeoutError), expect.any(TaskTimeoutError)]);
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('a handler that ignores its signal counts as stuck, and with exit ends the worker', async () => {
    const setup = await memorySetup();
    await setup.send('stuck');
    const worker = setup.worker({
      consume: { stuckAfterMs: 5_000, onStuck: 'exit' },
      drainTimeoutMs: 1_000,
      handlers: { stuck: handlerOf(() => sleep(setup, 3_600_000), { timeoutMs: 1_000 }) },
    });
    const stuck = collect(worker, 'task:stuck');
    worker.start();
    await setup.clock.advance(5_000);
    expect(worker.status().queues[0]?.stuckCount).toBe(0);
    await setup.clock.advance(1_500);
    expect(stuck).toHaveLength(1);
    expect(worker.status().queues[0]?.stuckCount).toBe(1);
    await setup.clock.advance(5_000);
    expect(await worker.ended).toMatchObject({ reason: 'fatal', unfinishedCount: 1 });
    await setup.clock.advance(3_600_000);
  });
});

function shortLeases(): Promise<MemorySetup> {
  return memorySetup({ attributes: { VisibilityTimeout: '2' } });
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
