import { blackHole, delayAnswer } from '../../support/fault-proxy.js';
import {
  emptied,
  faultyQueue,
  signalOf,
  waiting,
  type FaultyQueue,
  type Test,
} from '../../support/faulty-queue.js';
import { gate, signal } from '../../support/signals.js';

describe.concurrent('A network that swallows everything', { timeout: 20_000 }, () => {
  test('for longer than a lease: the handler is told, health is red, and work resumes by itself', async (t) => {
    const { queue, worker, started, finish, runs } = await oneLongTask(t);
    const lost = signalOf(worker, 'lease:lost');
    const failed = signalOf(worker, 'poll:failed');
    const recovered = signalOf(worker, 'poll:recovered');
    worker.start();
    const taskSignal = await started.next();
    queue.proxy.inject({ fault: blackHole() });
    expect(await failed.next()).toMatchObject({ error: { kind: 'timeout' } });
    expect(worker.status().queues[0]?.pollError).toMatchObject({ kind: 'timeout' });
    expect(await lost.next()).toMatchObject({ error: { because: 'expired' } });
    expect(taskSignal.aborted).toBe(true);
    queue.proxy.clear();
    finish.open();
    await recovered.next();
    await emptied(queue);
    expect(worker.status().queues[0]?.pollError).toBeUndefined();
    // Its late success is remembered, so the copy that came again was deleted without a run.
    expect(runs).toHaveLength(1);
    await queue.send('job', 'after');
    await started.next();
    await emptied(queue);
  });

  test('for less than a lease costs no lease', async (t) => {
    const { queue, worker, started, finish, runs } = await oneLongTask(t);
    const lost = signalOf(worker, 'lease:lost');
    const extended = signalOf(worker, 'lease:extended');
    worker.start();
    await started.next();
    queue.proxy.inject({ fault: blackHole() });
    await queue.proxy.when('ChangeMessageVisibilityBatch');
    queue.proxy.clear();
    queue.proxy.release();
    await extended.next();
    finish.open();
    await emptied(queue);
    expect(lost.count).toBe(0);
    expect(runs).toHaveLength(1);
  });

  test('while a receive is answered: what it brings at a drain is given back, not hidden', async (t) => {
    const queue = await faultyQueue(t);
    const late = gate();
    const { worker, finish, started, runs } = longTaskOn(queue, 20);
    worker.start();
    await queue.proxy.when('ReceiveMessage');
    queue.proxy.inject({ operation: 'ReceiveMessage', fault: delayAnswer(late.opened) });
    const next = queue.proxy.when('ReceiveMessage');
    await queue.send('job', 'running');
    await started.next();
    await next;
    await queue.send('job', 'in the late answer');
    await vi.waitFor(async () => expect((await queue.counts()).visible).toBe(0), waiting);
    const drain = worker.drain();
    late.open();
    await vi.waitFor(() => expect(worker.status().queues[0]?.openPollCount).toBe(0), waiting);
    finish.open();
    await drain;
    expect(await queue.counts()).toEqual({ visible: 1, inFlight: 0 });
    expect(runs).toEqual(['running']);
  });
});

async function oneLongTask(t: Test) {
  const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2, requestTimeoutMs: 1_200 });
  await queue.send('job', 'long');
  return { queue, ...longTaskOn(queue) };
}

function longTaskOn(queue: FaultyQueue, waitTimeSeconds = 1) {
  const started = signal<AbortSignal>();
  const finish = gate();
  const runs: unknown[] = [];
  const worker = queue.worker({
    consume: { waitTimeSeconds },
    handlers: {
      job(data, delivery) {
        runs.push(data);
        started.fire(delivery.signal);
        return finish.opened;
      },
    },
  });
  return { worker, started, finish, runs };
}
