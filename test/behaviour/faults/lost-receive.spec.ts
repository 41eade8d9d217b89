import { lostResponse, reset, type Fault } from '../../support/fault-proxy.js';
import { emptied, faultyQueue, nextOf, signalOf } from '../../support/faulty-queue.js';
import { drained, memorySetup } from '../../support/memory.js';
import { signal } from '../../support/signals.js';

describe.concurrent('A receive whose answer is lost', { timeout: 20_000 }, () => {
  test('on a standard queue hides its messages for their visibility timeout, no longer', async (t) => {
    const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
    await queue.send('job', 1);
    const lost = queue.proxy.inject({
      operation: 'ReceiveMessage',
      times: 1,
      fault: lostResponse(),
    });
    const received = signal<number>();
    const worker = queue.worker({
      handlers: { job: (_data, { message }) => received.fire(message.receiveCount) },
    });
    worker.start();
    expect(await received.next()).toBe(2);
    expect(lost.hits).toBe(1);
    await emptied(queue);
    expect(received.count).toBe(1);
  });

  const cases: [string, Fault][] = [
    ['with its answer', lostResponse()],
    ['before it was done', reset()],
  ];
  for (const [name, fault] of cases) {
    test(`on a FIFO queue is repeated with the same attempt id (${name})`, async (t) => {
      const queue = await faultyQueue(t, { queue: 'jobs.fifo', visibilityTimeoutSeconds: 2 });
      await queue.send('job', 1);
      const receives = queue.record('ReceiveMessage');
      queue.proxy.inject({ operation: 'ReceiveMessage', times: 2, fault });
      const worker = queue.worker({ handlers: { job() {} }, consume: { waitTimeSeconds: 1 } });
      const settled = signalOf(worker, 'task:settled');
      worker.start();
      await settled.next();
      const attempts = receives.map((receive) => receive['ReceiveRequestAttemptId']);
      expect(attempts[0]).toMatch(/./);
      expect(attempts.slice(0, 3)).toEqual([attempts[0], attempts[0], attempts[0]]);
      expect(receives[2]).toEqual(receives[0]);
      await emptied(queue);
      expect(new Set(attempts.slice(2)).size).toBe(attempts.length - 2);
    });
  }

  test('on a FIFO queue gives its messages at once when it is repeated, in order', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    for (let i = 0; i < 5; i++) await setup.send('job', i);
    let isLost = false;
    setup.service.afterCall = (operation) => {
      if (operation !== 'ReceiveMessage' || isLost) return;
      isLost = true;
      throw new Error('the connection broke');
    };
    const done: unknown[] = [];
    const worker = setup.worker({ handlers: { job: (data) => void done.push(data) } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(done).toEqual([0, 1, 2, 3, 4]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('loses nothing when every third answer is lost', async (t) => {
    const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
    const sent = Array.from({ length: 60 }, (_, i) => i);
    await queue.send('job', ...sent);
    queue.proxy.inject({
      operation: 'ReceiveMessage',
      times: 4,
      probability: 1 / 3,
      fault: lostResponse(),
    });
    const done = new Set<unknown>();
    const worker = queue.worker({ handlers: { job: (data) => void done.add(data) } });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await nextOf(settled, 60);
    expect(done.size).toBe(60);
    await emptied(queue);
  });
});
