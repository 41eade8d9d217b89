import { DrainDeadlineError } from '../../lib/contracts/index.js';
import { allOf, anyOf, idle, maxTasks } from '../../lib/consumer/stopping/index.js';
import { collect, drained, memorySetup, type MemorySetup } from '../support/memory.js';

describe('Stopping', () => {
  test('waits for handlers, starts none, and gives back at once what had not started', async () => {
    const setup = await memorySetup();
    for (let i = 0; i < 6; i++) await setup.send('slow', i);
    const started: unknown[] = [];
    const finished: unknown[] = [];
    const worker = setup.worker({
      consume: { concurrency: 2, prefetch: 10 },
      handlers: {
        async slow(data) {
          started.push(data);
          await sleep(setup, 1_000);
          finished.push(data);
        },
      },
    });
    worker.start();
    await setup.clock.advance(500);
    const drain = worker.drain();
    await setup.clock.advance(100);
    expect(setup.counts()).toEqual({ visible: 4, inFlight: 2, delayed: 0 });
    await setup.clock.advance(2_000);
    await drain;
    expect(started).toHaveLength(2);
    expect(finished).toEqual(started);
    expect(setup.counts()).toEqual({ visible: 4, inFlight: 0, delayed: 0 });
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('what an open poll brings while handlers drain is given back, not run', async () => {
    const setup = await memorySetup();
    await setup.send('slow');
    let runs = 0;
    const worker = setup.worker({ handlers: { slow: () => (runs++, sleep(setup, 5_000)) } });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain();
    await setup.send('slow');
    await setup.clock.advance(100);
    expect(runs).toBe(1);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
    await setup.clock.advance(10_000);
    await drain;
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  test('an idle worker ends its long poll and stops in well under a second', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({});
    worker.start();
    await setup.clock.advance(5_000);
    const drain = worker.drain();
    await setup.clock.advance(300);
    await drain;
    expect(setup.service.stats('jobs').openPolls).toBe(0);
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('at the deadline handlers are told, and their messages given back where the process ends', async () => {
    const setup = await memorySetup();
    await setup.send('hung');
    const reasons: unknown[] = [];
    const worker = setup.worker({
      drainTimeoutMs: 3_000,
      handlers: {
        hung(_data, delivery) {
          delivery.signal.addEventListener('abort', () => reasons.push(delivery.signal.reason));
          return sleep(setup, 3_600_000);
        },
      },
    });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain({ exiting: true });
    await setup.clock.advance(2_900);
    expect(reasons).toEqual([]);
    await setup.clock.advance(1_000);
    await drain;
    expect(reasons).toEqual([expect.any(DrainDeadlineError)]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await worker.ended).toMatchObject({ reason: 'drained', unfinishedCount: 1 });
    await setup.clock.advance(3_600_000);
  });

  test('in a process that lives on, an unfinished handler keeps its message until its lease lapses', async () => {
    const setup = await memorySetup();
    await setup.send('hung');
    const worker = setup.worker({
      drainTimeoutMs: 1_000,
      handlers: { hung: () => sleep(setup, 10_000) },
    });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain();
    await setup.clock.advance(2_000);
    await drain;
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    // It ends well after all, within its lease: its success counts.
    await setup.clock.advance(10_000);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('deletes that wait for company are sent before the drain ends', async () => {
    const setup = await memorySetup();
    await setup.send('quick');
    await setup.send('slow');
    const worker = setup.worker({
      consume: { settleLingerMs: 1_000 },
      handlers: { quick: () => {}, slow: () => sleep(setup, 500) },
    });
    worker.start();
    await setup.clock.advance(100);
    expect(setup.counts().inFlight).toBe(2);
    const drain = worker.drain();
    await setup.clock.advance(600);
    expect(setup.counts().inFlight).toBe(0);
    await setup.clock.advance(1_000);
    await drain;
  });

  test('stopping twice is the same as once, also before the start', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({});
    const stopped = collect(worker, 'worker:stopped');
    const first = worker.drain();
    expect(worker.drain()).toBe(first);
    await setup.clock.advance(1_000);
    await first;
    worker.start();
    await setup.clock.advance(1_000);
    expect(worker.status().phase).toBe('stopped');
    expect(stopped).toHaveLength(1);
    expect(setup.service.calls.of('ReceiveMessage')).toBe(0);
  });

  test('a forced stop ends within a second while handlers hang, and gives their messages back', async () => {
    const setup = await memorySetup();
    await setup.send('hung');
    const worker = setup.worker({ handlers: { hung: () => sleep(setup, 3_600_000) } });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain();
    await setup.clock.advance(1_000);
    const abort = worker.abort();
    await setup.clock.advance(900);
    await Promise.all([drain, abort]);
    expect(await worker.ended).toMatchObject({ reason: 'aborted', unfinishedCount: 1 });
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    await setup.clock.advance(3_600_000);
  });

  test('a delete endpoint that is down does not keep the drain beyond its deadline', async () => {
    const setup = await memorySetup();
    await setup.send('quick');
    setup.service.beforeCall = (operation) => {
      if (operation === 'DeleteMessageBatch') throw new Error('down');
    };
    const worker = setup.worker({ drainTimeoutMs: 2_000, handlers: { quick: () => {} } });
    worker.start();
    await setup.clock.advance(100);
    const drain = worker.drain();
    await setup.clock.advance(3_000);
    await drain;
    expect(worker.status().phase).toBe('stopped');
    await setup.clock.advance(40_000);
  });

  test('maxTasks(12) stops after exactly twelve handlers', async () => {
    const setup = await memorySetup();
    for (let i = 0; i < 40; i++) await setup.send('job', i);
    let runs = 0;
    const worker = setup.worker({
      consume: { concurrency: 5 },
      stopWhen: maxTasks(12),
      handlers: { job: () => (runs++, sleep(setup, 100)) },
    });
    worker.start();
    await setup.clock.advance(10_000);
    expect(await worker.ended).toEqual({ reason: 'stop-policy', unfinishedCount: 0 });
    expect(runs).toBe(12);
    expect(setup.counts()).toEqual({ visible: 28, inFlight: 0, delayed: 0 });
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('idle({ seconds }) stops a worker that has had nothing to do for so long', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    const worker = setup.worker({
      stopWhen: idle({ seconds: 60 }),
      handlers: { job: () => sleep(setup, 30_000) },
    });
    worker.start();
    await setup.clock.advance(89_000);
    expect(worker.status().phase).toBe('running');
    await setup.clock.advance(2_000);
    expect(await worker.ended).toMatchObject({ reason: 'stop-policy' });
  });

  test('anyOf stops on the first of its policies, allOf on the last', async () => {
    const any = await memorySetup();
    const first = any.worker({ stopWhen: anyOf(idle({ seconds: 5 }), maxTasks(100)) });
    first.start();
    await any.clock.advance(6_000);
    expect(await first.ended).toMatchObject({ reason: 'stop-policy' });

    const all = await memorySetup();
    await all.send('job');
    const last = all.worker({
      stopWhen: allOf(idle({ seconds: 5 }), maxTasks(2)),
      handlers: { job: () => {} },
    });
    last.start();
    await all.clock.advance(60_000);
    expect(last.status().phase).toBe('running');
    await all.send('job');
    await all.clock.advance(10_000);
    expect(await last.ended).toMatchObject({ reason: 'stop-policy' });
  });

  test('a paused queue takes nothing until it is resumed, and others go on', async () => {
    const setup = await memorySetup();
    let runs = 0;
    const worker = setup.worker({ handlers: { job: () => void runs++ } });
    worker.start();
    await setup.clock.advance(100);
    worker.pause('jobs');
    // The poll that was open when the pause began may still answer.
    await setup.clock.advance(21_000);
    await setup.send('job');
    await setup.clock.advance(60_000);
    expect(runs).toBe(0);
    worker.resume('jobs');
    await setup.clock.advance(1_000);
    expect(runs).toBe(1);
    await drained(setup, worker);
  });

  test('setConcurrency takes effect while the worker runs', async () => {
    const setup = await memorySetup();
    for (let i = 0; i < 10; i++) await setup.send('job', i);
    let running = 0;
    let most = 0;
    const worker = setup.worker({
      consume: { concurrency: 1 },
      handlers: {
        async job() {
          most = Math.max(most, ++running);
          await sleep(setup, 1_000);
          running--;
        },
      },
    });
    worker.start();
    await setup.clock.advance(2_500);
    expect(most).toBe(1);
    worker.setConcurrency('jobs', 4);
    await setup.clock.advance(2_000);
    expect(most).toBe(4);
    await drained(setup, worker);
  });
});

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
