import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import {
  lostResponse,
  serviceError,
  serverError,
  throttle,
  type Fault,
} from '../../support/fault-proxy.js';
import {
  emptied,
  EMPTY,
  faultyQueue,
  nextOf,
  signalOf,
  waiting,
  sorted,
} from '../../support/faulty-queue.js';
import { gate, signal } from '../../support/signals.js';

const throttles: [string, Fault][] = [
  ['400 RequestThrottled', throttle()],
  ['403 ThrottlingException', serviceError(403, 'ThrottlingException', 'Rate exceeded')],
  ['503 SlowDown', serviceError(503, 'SlowDown', 'Please reduce your request rate')],
];

describe.concurrent('Throttling', { timeout: 20_000 }, () => {
  for (const [name, fault] of throttles) {
    test(`of receives (${name}) is backed off from, one probe at a time`, async (t) => {
      const clock = new ManualClock();
      const queue = await faultyQueue(t);
      await queue.send('job', 1);
      queue.proxy.inject({ operation: 'ReceiveMessage', times: 8, fault });
      const done = signal<unknown>();
      const worker = queue.worker({ clock, handlers: { job: (data) => done.fire(data) } });
      const failed = signalOf(worker, 'poll:failed');
      const recovered = signalOf(worker, 'poll:recovered');
      worker.start();
      for (let i = 0; i < 8; i++) {
        const { retryInMs } = await failed.next();
        expect(retryInMs).toBeGreaterThanOrEqual(Math.min(10_000, 125 * 2 ** i));
        expect(retryInMs).toBeLessThanOrEqual(Math.min(20_000, 250 * 2 ** i));
        await clock.advance(retryInMs - 1);
        expect(queue.proxy.count('ReceiveMessage')).toBe(i + 1);
        await clock.advance(1);
      }
      await recovered.next();
      expect(await done.next()).toBe(1);
      expect(worker.status().queues[0]?.pollError).toBeUndefined();
    });
  }

  test('of deletes is backed off from, and the task is not run again', async (t) => {
    const queue = await faultyQueue(t);
    await queue.send('job', 1, 2, 3);
    queue.proxy.inject({ operation: 'DeleteMessageBatch', times: 3, fault: throttle() });
    let runs = 0;
    const worker = queue.worker({ handlers: { job: () => void runs++ } });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await nextOf(settled, 3);
    await vi.waitFor(() => expect(worker.status().queues[0]?.settlementsWaiting).toBe(0), waiting);
    expect(await queue.counts()).toEqual(EMPTY);
    expect(queue.proxy.count('DeleteMessageBatch')).toBeLessThanOrEqual(3 * 3 + 1);
    expect(runs).toBe(3);
  });

  test('of deletes without end makes a handful of tries while the lease lasts, then one line', async (t) => {
    const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
    await queue.send('job', 1);
    const rule = queue.proxy.inject({ operation: 'DeleteMessageBatch', fault: throttle() });
    let runs = 0;
    const worker = queue.worker({ handlers: { job: () => void runs++ } });
    const givenUp = signalOf(worker, 'settlement:failed');
    worker.start();
    expect(await givenUp.next()).toMatchObject({ action: 'delete' });
    expect(rule.hits).toBeGreaterThan(2);
    expect(rule.hits).toBeLessThan(9);
    rule.remove();
    // It comes again when its visibility timeout ends, and is deleted without a second run.
    await emptied(queue);
    expect(runs).toBe(1);
    expect(queue.logger.at('warn')).toContain(
      'A settlement was given up; SQS will deliver the message again',
    );
  });

  test('of visibility changes costs no lease and no retry', async (t) => {
    const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
    await queue.send('job', 1);
    const rule = queue.proxy.inject({
      operation: 'ChangeMessageVisibilityBatch',
      times: 1,
      fault: throttle(),
    });
    const finish = gate();
    const attempts: number[] = [];
    const worker = queue.worker({
      handlers: {
        async job(_data, delivery) {
          attempts.push(delivery.message.receiveCount);
          if (attempts.length > 1) return;
          await finish.opened;
          throw new Error('once');
        },
      },
    });
    const lost = signalOf(worker, 'lease:lost');
    const extended = signalOf(worker, 'lease:extended');
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await extended.next();
    expect(rule.hits).toBe(1);
    queue.proxy.inject({
      operation: 'ChangeMessageVisibilityBatch',
      times: 2,
      fault: serverError(503),
    });
    finish.open();
    await nextOf(settled, 2);
    expect(attempts).toEqual([1, 2]);
    expect(lost.count).toBe(0);
  });

  test('of everything, now and then, loses no task', async (t) => {
    const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
    const sent = Array.from({ length: 100 }, (_, i) => i);
    await queue.send('job', ...sent);
    queue.proxy.inject({ probability: 0.2, fault: throttle() });
    queue.proxy.inject({ probability: 0.1, fault: serverError(503) });
    queue.proxy.inject({
      operation: 'DeleteMessageBatch',
      probability: 0.2,
      fault: lostResponse(),
    });
    const done = new Set<unknown>();
    const worker = queue.worker({ handlers: { job: (data) => void done.add(data) } });
    worker.start();
    await emptied(queue);
    expect(sorted(done)).toEqual(sent);
  });
});
