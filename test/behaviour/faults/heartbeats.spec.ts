import { blackHole, failEntries, serverError, type Fault } from '../../support/fault-proxy.js';
import {
  emptied,
  faultyQueue,
  nextOf,
  signalOf,
  type Test,
  sorted,
} from '../../support/faulty-queue.js';
import { gate } from '../../support/signals.js';

const operation = 'ChangeMessageVisibilityBatch';

describe.concurrent('A heartbeat', { timeout: 20_000 }, () => {
  const cases: [string, Fault][] = [
    ['fails', serverError()],
    ['is never answered', blackHole()],
    ['fails for some', failEntries({ which: (_id, i) => i % 2 === 0 })],
  ];
  for (const [name, fault] of cases) {
    test(`that ${name} once is repeated while the lease lasts`, async (t) => {
      const { queue, worker, finish, runs } = await longTasks(t, 4);
      const rule = queue.proxy.inject({ operation, times: 1, fault });
      const lost = signalOf(worker, 'lease:lost');
      const rounds = signalOf(worker, 'lease:extended');
      worker.start();
      let extended = 0;
      while (extended < 8) extended += (await rounds.next()).count;
      finish.open();
      await emptied(queue);
      expect(rule.hits).toBe(1);
      expect(lost.count).toBe(0);
      expect(runs).toHaveLength(4);
    });
  }

  test('that fails for one message for ever loses that one alone', async (t) => {
    const { queue, worker, finish, runs, told } = await longTasks(t, 3);
    const changes = queue.record(operation);
    queue.proxy.inject({ operation, fault: failEntries({ which: isFirst }) });
    const lost = signalOf(worker, 'lease:lost');
    worker.start();
    const { messageId } = await lost.next();
    finish.open();
    queue.proxy.clear();
    await emptied(queue);
    expect(changes.length).toBeGreaterThan(0);
    expect(told).toEqual([messageId]);
    expect(runs).toHaveLength(3);
  });

  test('that always fails tells every handler, and what comes again is deleted without a run', async (t) => {
    const { queue, worker, finish, runs, told } = await longTasks(t, 3);
    queue.proxy.inject({ operation, fault: serverError() });
    const lost = signalOf(worker, 'lease:lost');
    worker.start();
    await nextOf(lost, 3);
    finish.open();
    await emptied(queue);
    expect(sorted(told)).toEqual(sorted(runs));
    expect(runs).toHaveLength(3);
  });
});

/** Tasks that run until the test lets them finish, under leases of four seconds. */
async function longTasks(t: Test, count: number) {
  const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 4 });
  await queue.send('job', ...Array.from({ length: count }, (_, i) => i));
  const finish = gate();
  const runs: string[] = [];
  const told: string[] = [];
  const worker = queue.worker({
    handlers: {
      job(_data, { message, signal }) {
        runs.push(message.id);
        signal.addEventListener('abort', () => told.push(message.id));
        return finish.opened;
      },
    },
  });
  return { queue, worker, finish, runs, told };
}

function isFirst(_id: string, index: number): boolean {
  return index === 0;
}
