import { blackHole, delayAnswer } from '../../support/fault-proxy.js';
import { emptied, sorted, waiting } from '../../support/faulty-queue.js';
import type { Child } from '../../support/process.js';
import { go, kill, twoWorkers } from './two-workers.js';

const five = ['a', 'b', 'c', 'd', 'e'];

describe.concurrent('A worker that is killed', { timeout: 120_000 }, () => {
  test('between a receive and its handlers: all come again when their visibility timeout ends', async (t) => {
    const { queue, first, second, ledger } = await twoWorkers(t);
    const never = new Promise<void>(() => {});
    queue.proxy.inject({ operation: 'ReceiveMessage', fault: delayAnswer(never) });
    await queue.send('quick', ...five);
    await go(first);
    await vi.waitFor(async () => expect(await queue.counts()).toEqual(inFlight(5)), waiting);
    await kill(first);
    queue.proxy.clear();
    await go(second);
    await emptied(queue);
    expect(sorted(startsOf(second))).toEqual(five);
    expect(sorted(ledger.read().done)).toEqual(five);
  });

  test('while handlers run: those come again, those that were done do not', async (t) => {
    const { queue, first, second, ledger } = await twoWorkers(t);
    await queue.send('held', ...five);
    await queue.send('quick', 'x', 'y');
    await go(first);
    for (let i = 0; i < 7; i++) await first.line(/^started/);
    await vi.waitFor(async () => expect(await queue.counts()).toEqual(inFlight(5)), waiting);
    await kill(first);
    expect(sorted(ledger.read().unfinished())).toEqual(five);
    second.tell('finish');
    await go(second);
    await emptied(queue);
    expect(sorted(startsOf(second))).toEqual(five);
    expect(sorted(ledger.read().done)).toEqual([...five, 'x', 'y']);
  });

  test('between its handlers and their deletes: all are done again, once', async (t) => {
    const { queue, first, second, ledger } = await twoWorkers(t);
    queue.proxy.inject({ operation: 'DeleteMessageBatch', fault: blackHole() });
    await queue.send('quick', ...five);
    const deletes = queue.proxy.when('DeleteMessageBatch');
    await go(first);
    for (let i = 0; i < 5; i++) await first.line(/^done/);
    await deletes;
    await kill(first);
    queue.proxy.clear();
    await go(second);
    await emptied(queue);
    expect(sorted(startsOf(second))).toEqual(five);
    expect(sorted(ledger.read().done)).toEqual([...five, ...five].toSorted());
  });
});

/** What it started; each was received before, by the one that was killed. */
function startsOf(child: Child): string[] {
  const starts = child.lines.filter((line) => line.startsWith('started '));
  return starts.map((line) => {
    const [, id = '', receiveCount] = line.split(' ');
    expect(Number(receiveCount)).toBeGreaterThan(1);
    return id;
  });
}

function inFlight(count: number) {
  return { visible: 0, inFlight: count };
}
