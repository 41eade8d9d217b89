import { FifoOrderError, SendFailedError } from '../../../lib/contracts/index.js';
import { sendLoop, type SendLoopSummary, type SentTask } from './send-loop.js';
import { outOfOrderIn, verdictOf, type SendVerdict } from './send-verdict.js';

const taskCount = Number(process.env['SEND_TASKS'] ?? 2_000);
const seed = Number(process.env['SEND_SEED'] ?? Date.now() % 1_000_000);
const again = `SEND_TASKS=${taskCount} SEND_SEED=${seed}`;

describe.concurrent('Sending through faults', { timeout: 600_000 }, () => {
  test('on a standard queue: each send settles, and what resolved is in the queue', async () => {
    console.log(`sends to a standard queue with ${again}`);
    const summary = await sendLoop({ taskCount, seed });
    const verdict = expectSettled(summary);
    expect(othersThan([SendFailedError.name], verdict)).toEqual([]);
  });

  test('on a FIFO queue: what resolved is there once and in order, or FifoOrderError says so', async () => {
    console.log(`sends to a FIFO queue with ${again}`);
    const summary = await sendLoop({ taskCount, seed, isFifo: true });
    const verdict = expectSettled(summary);
    expect(verdict.outOfOrder).toEqual([]);
    expect(verdict.repeatedCount).toBe(0);
    expect(verdict.rejectedBy[FifoOrderError.name]).toBeGreaterThan(0);
    expect(othersThan(FIFO_ERRORS, verdict)).toEqual([]);
  });

  test('with strictOrder: a group breaks only where a send was given up', async () => {
    console.log(`sends in strict order with ${again}`);
    // A request takes one task here, or few: a quarter of the tasks meets as many faults.
    const sentCount = Math.ceil(taskCount / 4);
    const options = { taskCount: sentCount, seed, isFifo: true, strictOrder: true };
    const verdict = expectSettled(await sendLoop(options), sentCount);
    expect(verdict.repeatedCount).toBe(0);
    expect(othersThan(FIFO_ERRORS, verdict)).toEqual([]);
    expect(verdict.outOfOrder).toEqual([]);
  });
});

test('an order that was lost is told', () => {
  expect(outOfOrderIn([at(2, 'a'), at(1, 'b'), at(0, 'a'), at(3, 'a')])).toEqual(['a0']);
});

function at(place: number, group: string): SentTask {
  return { id: `${group}${place}`, place, group };
}

const FIFO_ERRORS = [FifoOrderError.name, SendFailedError.name];

function othersThan(errors: readonly string[], { rejectedBy }: SendVerdict): string[] {
  return Object.keys(rejectedBy).filter((name) => !errors.includes(name));
}

function expectSettled(summary: SendLoopSummary, sentCount = taskCount) {
  const verdict = verdictOf(summary);
  expect(verdict.settledCount).toBe(sentCount);
  expect(verdict.missing).toEqual([]);
  expect(summary.resolved.length + summary.rejected.length).toBe(sentCount);
  expect(sumOf(summary.faults)).toBeGreaterThan(summary.requestCount / 10);
  return verdict;
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
