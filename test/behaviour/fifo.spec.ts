import type { ConsumeOptions, TaskDelivery } from '../../lib/contracts/index.js';
import { constant } from '../../lib/consumer/retry/backoff.js';
import { retry } from '../../lib/consumer/retry/policies.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';

interface Run {
  group: string;
  n: number;
}

describe('FIFO queues', () => {
  test('a group runs in order and one at a time, groups run side by side', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let n = 0; n < 10; n++) for (const group of ['a', 'b', 'c']) await sendTo(setup, group, n);
    const { runs, worker, mostAtOnce } = fifoWorker(setup, { concurrency: 10 });
    worker.start();
    await setup.clock.advance(30_000);
    for (const group of ['a', 'b', 'c']) expect(numbersOf(runs, group)).toEqual(upTo(10));
    expect(mostAtOnce()).toBe(3);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('the next of a group starts only once the delete of the one before is confirmed', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    await sendTo(setup, 'a', 0);
    await sendTo(setup, 'a', 1);
    const order: string[] = [];
    setup.service.afterCall = (operation) => {
      if (operation === 'DeleteMessageBatch') order.push('deleted');
      return undefined;
    };
    const worker = setup.worker({
      handlers: { job: (data) => void order.push(`run ${(data as Run).n}`) },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(order).toEqual(['run 0', 'deleted', 'run 1', 'deleted']);
    await drained(setup, worker);
  });

  test('hold: the head is retried here, its group waits, and the receive counts of those behind are not spent', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 5 });
    for (let n = 0; n < 10; n++) await sendTo(setup, 'a', n);
    await sendTo(setup, 'b', 0);
    const counts = new Map<number, number>();
    const attempts: number[] = [];
    const { runs, worker } = fifoWorker(
      setup,
      { onError: retry(constant(60)) },
      (run, delivery) => {
        if (run.group !== 'a') return;
        counts.set(run.n, delivery.message.receiveCount);
        if (run.n !== 0) return;
        attempts.push(delivery.attempt);
        if (attempts.length < 4) throw new Error('not yet');
      },
    );
    worker.start();
    await setup.clock.advance(10_000);
    expect(numbersOf(runs, 'a')).toEqual([0]);
    expect(numbersOf(runs, 'b')).toEqual([0]);
    await setup.clock.advance(300_000);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(numbersOf(runs, 'a')).toEqual([0, 0, 0, ...upTo(10)]);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    await drained(setup, worker);
  });

  test('hold: after the last attempt the head is dead-lettered and the group goes on', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 3 });
    for (let n = 0; n < 3; n++) await sendTo(setup, 'a', n);
    const { runs, worker } = fifoWorker(setup, { onError: retry(constant(1)) }, (run) => {
      if (run.n === 0) throw new Error('poison');
    });
    worker.start();
    await setup.clock.advance(60_000);
    expect(numbersOf(runs, 'a')).toEqual([0, 0, 0, 1, 2]);
    const [dead] = setup.service.messages('dead.fifo');
    expect(dead).toMatchObject({ groupId: 'a' });
    expect(JSON.parse(dead.body)).toMatchObject({ data: { n: 0 } });
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('hold: without a dead-letter queue maxAttempts gives the head up, its payload logged', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let n = 0; n < 2; n++) await sendTo(setup, 'a', n);
    const consume = { onError: retry(constant(1)), maxAttempts: 2 };
    const { runs, worker } = fifoWorker(setup, consume, (run) => {
      if (run.n === 0) throw new Error('poison');
    });
    worker.start();
    await setup.clock.advance(60_000);
    expect(numbersOf(runs, 'a')).toEqual([0, 0, 1]);
    expect(setup.logger.at('payload')).toHaveLength(1);
    await drained(setup, worker);
  });

  test('hold: many groups that wait for their heads do not keep others from running', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let g = 0; g < 8; g++) for (let n = 0; n < 5; n++) await sendTo(setup, `bad${g}`, n);
    const { runs, worker } = fifoWorker(
      setup,
      { concurrency: 4, onError: retry(constant(800)) },
      (run) => {
        if (run.group.startsWith('bad')) throw new Error('fails');
      },
    );
    worker.start();
    await setup.clock.advance(60_000);
    await sendTo(setup, 'good', 0);
    await setup.clock.advance(60_000);
    expect(numbersOf(runs, 'good')).toEqual([0]);
    await drained(setup, worker);
  });

  test('release: head and rest come back from SQS in order', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let n = 0; n < 5; n++) await sendTo(setup, 'a', n);
    let failures = 2;
    const consume: ConsumeOptions = { fifoFailure: 'release', onError: retry(constant(10)) };
    const { runs, worker } = fifoWorker(setup, consume, (run) => {
      if (run.n === 1 && failures-- > 0) throw new Error('not yet');
    });
    worker.start();
    await setup.clock.advance(5_000);
    expect(setup.counts()).toEqual({ visible: 3, inFlight: 1, delayed: 0 });
    await setup.clock.advance(60_000);
    expect(numbersOf(runs, 'a')).toEqual([0, 1, 1, 1, 2, 3, 4]);
    await drained(setup, worker);
  });

  test('wait: head and rest stay hidden for the delay and come back from SQS in order', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let n = 0; n < 4; n++) await sendTo(setup, 'a', n);
    let failures = 1;
    const counts: number[] = [];
    const consume: ConsumeOptions = { fifoFailure: 'wait', onError: retry(constant(20)) };
    const { runs, worker } = fifoWorker(setup, consume, (run, delivery) => {
      if (run.n === 0) counts.push(delivery.message.receiveCount);
      if (run.n === 0 && failures-- > 0) throw new Error('not yet');
    });
    worker.start();
    await setup.clock.advance(15_000);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 4, delayed: 0 });
    await setup.clock.advance(60_000);
    expect(numbersOf(runs, 'a')).toEqual([0, ...upTo(4)]);
    expect(counts).toEqual([1, 2]);
    await drained(setup, worker);
  });

  test('a head whose delete fails for good is not overtaken: the rest is given back', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', attributes: { VisibilityTimeout: '5' } });
    for (let n = 0; n < 3; n++) await sendTo(setup, 'a', n);
    let isDown = true;
    setup.service.beforeCall = (operation) => {
      if (isDown && operation === 'DeleteMessageBatch') throw new Error('down');
    };
    const { runs, worker } = fifoWorker(setup, {});
    worker.start();
    await setup.clock.advance(10_000);
    expect(numbersOf(runs, 'a')).toEqual([0]);
    isDown = false;
    await setup.clock.advance(60_000);
    // The head that had succeeded is deleted without a second run, then its successors follow.
    expect(numbersOf(runs, 'a')).toEqual([0, 1, 2]);
    await drained(setup, worker);
  });

  test('stopping gives back a group in order, also while its head waits for its next attempt', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let n = 0; n < 4; n++) await sendTo(setup, 'a', n);
    const { worker } = fifoWorker(setup, { onError: retry(constant(600)) }, () => {
      throw new Error('fails');
    });
    worker.start();
    await setup.clock.advance(5_000);
    await drained(setup, worker);
    expect(setup.counts()).toEqual({ visible: 4, inFlight: 0, delayed: 0 });
    const { runs, worker: next } = fifoWorker(setup, {});
    next.start();
    await setup.clock.advance(10_000);
    expect(numbersOf(runs, 'a')).toEqual(upTo(4));
    await drained(setup, next);
  });

  test('a receive whose answer was lost is repeated with the same attempt id, and brings the messages', async () => {
    const setup = await memorySetup({
      queue: 'jobs.fifo',
      attributes: { VisibilityTimeout: '600' },
    });
    for (let n = 0; n < 3; n++) await sendTo(setup, 'a', n);
    const attemptIds: (string | undefined)[] = [];
    let lost = false;
    setup.service.afterCall = (operation, _queue, request) => {
      if (operation !== 'ReceiveMessage') return undefined;
      attemptIds.push((request as { receiveRequestAttemptId?: string }).receiveRequestAttemptId);
      if (lost) return undefined;
      lost = true;
      throw new Error('the answer was lost');
    };
    const { runs, worker } = fifoWorker(setup, {});
    worker.start();
    await setup.clock.advance(25_000);
    expect(attemptIds[0]).toBeDefined();
    expect(attemptIds[1]).toBe(attemptIds[0]);
    expect(new Set(attemptIds).size).toBeGreaterThan(1);
    expect(numbersOf(runs, 'a')).toEqual(upTo(3));
    await drained(setup, worker);
  });
});

type Judge = (run: Run, delivery: TaskDelivery) => void;

/** A worker whose handlers take 100 ms each, note their run, and end as the judge says. */
function fifoWorker(setup: MemorySetup, consume: ConsumeOptions, judge: Judge = () => {}) {
  const runs: Run[] = [];
  const running = new Set<string>();
  let most = 0;
  const worker = setup.worker({
    consume,
    handlers: {
      async job(data, delivery) {
        const run = data as Run;
        expect(running.has(run.group)).toBe(false);
        running.add(run.group);
        most = Math.max(most, running.size);
        runs.push(run);
        await new Promise<void>((resolve) => void setup.clock.setTimer(resolve, 100));
        running.delete(run.group);
        judge(run, delivery);
      },
    },
  });
  return { runs, worker, mostAtOnce: () => most };
}

function sendTo(setup: MemorySetup, group: string, n: number): Promise<string> {
  return setup.send('job', { group, n }, group);
}

function numbersOf(runs: readonly Run[], group: string): number[] {
  return runs.filter((run) => run.group === group).map((run) => run.n);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
