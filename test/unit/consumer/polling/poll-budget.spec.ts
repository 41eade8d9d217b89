import { PollBudget } from '../../../../lib/consumer/polling/poll-budget.js';

describe('PollBudget', () => {
  test('without a bound, everybody may open', () => {
    const budget = new PollBudget(undefined);
    for (let i = 0; i < 1_000; i++) expect(budget.take(unexpected)).toBe(true);
  });

  test('a receive that ends lets one of those that wait open theirs', () => {
    const budget = new PollBudget(1);
    const opened: string[] = [];
    const opener = (name: string) => (): void => {
      if (budget.take(unexpected)) opened.push(name);
    };
    budget.take(unexpected);
    budget.take(opener('a'));
    budget.take(opener('b'));
    budget.release();
    expect(opened).toEqual(['a']);
    budget.release();
    expect(opened).toEqual(['a', 'b']);
  });

  test('a queue that was paused while it waited does not keep the others waiting', () => {
    const budget = new PollBudget(1);
    const opened: string[] = [];
    budget.take(unexpected);
    budget.take(() => opened.push('paused: took nothing'));
    budget.take(() => {
      if (budget.take(unexpected)) opened.push('waiting');
    });
    budget.release();
    expect(opened).toEqual(['paused: took nothing', 'waiting']);
  });

  test('a queue that stopped waiting is not called', () => {
    const budget = new PollBudget(1);
    budget.take(unexpected);
    budget.take(unexpected);
    budget.forget(unexpected);
    budget.release();
    expect(budget.take(unexpected)).toBe(true);
  });
});

function unexpected(): void {
  throw new Error('nothing came free for this one');
}

describe('A budget of standing polls', () => {
  test('leaves a socket for polls that ask', () => {
    const budget = new PollBudget(3);
    const standing = [0, 1, 2].map(() => budget.take(taker(budget, true), true));
    expect(standing).toEqual([true, true, false]);
    expect(budget.take(taker(budget, false))).toBe(true);
    expect(budget.take(taker(budget, false))).toBe(false);
  });

  test('lets those that stand and those that ask take turns with the only one', () => {
    const budget = new PollBudget(1);
    const stands = [taker(budget, true), taker(budget, true)];
    const asks = [taker(budget, false), taker(budget, false)];
    expect(budget.take(() => {})).toBe(true);
    for (const [index, retry] of [...stands, ...asks].entries()) budget.take(retry, index < 2);
    const order: string[] = [];
    for (const isStanding of [false, true, false, true]) {
      budget.release(isStanding);
      order.push([...stands, ...asks].map((retry) => retry.mock.calls.length).join(''));
    }
    expect(order).toEqual(['1000', '1010', '1110', '1111']);
  });

  test('shortens them so that all get their turn in the time of one', () => {
    const budget = new PollBudget(5);
    budget.addStanders(4);
    expect(budget.standingWaitSeconds(20)).toBe(20);
    budget.addStanders(12);
    expect(budget.isShort).toBe(true);
    expect(budget.standingWaitSeconds(20)).toBe(5);
    budget.addStanders(1_000);
    expect(budget.standingWaitSeconds(20)).toBe(1);
    expect(budget.standingWaitSeconds(0)).toBe(0);
    budget.addStanders(-1_012);
    expect(budget.standingWaitSeconds(20)).toBe(20);
  });

  test('tells who waits', () => {
    const budget = new PollBudget(1);
    const retry = taker(budget, true);
    budget.take(() => {});
    budget.take(retry, true);
    expect(budget.isAwaitedBy(retry)).toBe(true);
    budget.forget(retry);
    expect(budget.isAwaitedBy(retry)).toBe(false);
  });
});

/** Takes when it is called, and waits to be called again where it gets none. */
function taker(budget: PollBudget, isStanding: boolean) {
  const retry = vi.fn<() => void>(() => void budget.take(retry, isStanding));
  return retry;
}
