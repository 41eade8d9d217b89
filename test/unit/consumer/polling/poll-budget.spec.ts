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
