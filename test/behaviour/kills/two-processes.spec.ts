import { emptied, sorted } from '../../support/faulty-queue.js';
import { go, twoWorkers } from './two-workers.js';

describe.concurrent('Two processes on one queue', { timeout: 120_000 }, () => {
  test('share its tasks, and do each once', async (t) => {
    const { queue, ledger, first, second } = await twoWorkers(t);
    await Promise.all([go(first), go(second)]);
    const sent = Array.from({ length: 300 }, (_, i) => `task-${i}`);
    await queue.send('quick', ...sent);
    await emptied(queue);
    expect(sorted(ledger.read().done)).toEqual(sorted(sent));
    for (const { lines } of [first, second]) {
      expect(lines.some((line) => line.startsWith('done'))).toBe(true);
    }
  });

  test('do a task twice only where the first was stopped for longer than its lease, and it is told', async (t) => {
    const { queue, ledger, first, second } = await twoWorkers(t);
    await queue.send('held', 'contested');
    await go(first);
    await first.line(/^started contested 1/);
    first.kill('SIGSTOP');
    second.tell('finish');
    await go(second);
    await second.line(/^done contested/);
    await queue.send('quick', ...Array.from({ length: 20 }, (_, i) => `task-${i}`));
    first.kill('SIGCONT');
    await first.line(/^lost contested/);
    first.tell('finish');
    await first.line(/^done contested/);
    await emptied(queue);
    expect(ledger.read().duplicates()).toEqual(['contested']);
    expect(ledger.read().done).toHaveLength(22);
  });
});
