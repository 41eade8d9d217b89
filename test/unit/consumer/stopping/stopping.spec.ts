import type { StopFacts, StopPolicy } from '../../../../lib/contracts/index.js';
import {
  allOf,
  anyOf,
  asap,
  idle,
  maxTasks,
  never,
} from '../../../../lib/consumer/stopping/index.js';

const busy: StopFacts = { endedCount: 0, runningCount: 1, idleMs: 0, areQueuesEmpty: false };

function quiet(idleMs: number, endedCount = 0): StopFacts {
  return { endedCount, runningCount: 0, idleMs, areQueuesEmpty: false };
}

function stops(policy: StopPolicy, facts: StopFacts): boolean {
  return policy.start().shouldStop(facts);
}

function startsLeft(policy: StopPolicy, startedCount: number): number | undefined {
  return policy.start().startsLeft?.({ ...busy, startedCount });
}

function recheckInMs(policy: StopPolicy, facts: StopFacts): number | undefined {
  return policy.start().recheckInMs?.(facts);
}

describe('never', () => {
  test('never stops and sets no bound', () => {
    expect(stops(never(), quiet(1e12, 1e9))).toBe(false);
    expect(startsLeft(never(), 5)).toBeUndefined();
    expect(recheckInMs(never(), quiet(0))).toBeUndefined();
  });
});

describe('idle', () => {
  test('stops once nothing happened for its time', () => {
    const policy = idle({ seconds: 300 });
    expect([299_999, 300_000].map((ms) => stops(policy, quiet(ms)))).toEqual([false, true]);
  });

  test('never stops under a running handler', () => {
    expect(stops(idle({ seconds: 1 }), { ...busy, idleMs: 5_000 })).toBe(false);
  });

  test('says when to ask again', () => {
    const policy = idle({ seconds: 300 });
    expect(recheckInMs(policy, quiet(100_000))).toBe(200_000);
    expect(recheckInMs(policy, busy)).toBeUndefined();
    expect(recheckInMs(policy, quiet(400_000))).toBeUndefined();
  });

  test('refuses what is no time', () => {
    expect(() => idle({ seconds: -1 })).toThrow('Expected seconds to be a number of seconds');
    expect(() => idle(undefined as never)).toThrow('Expected the options to be an object');
  });
});

describe('asap', () => {
  test('stops once every queue has answered with nothing and nothing runs', () => {
    const empty = { areQueuesEmpty: true };
    const facts = [{ ...quiet(0), ...empty }, { ...busy, ...empty }, quiet(1_000)];
    expect(facts.map((one) => stops(asap(), one))).toEqual([true, false, false]);
  });
});

describe('maxTasks', () => {
  test('lets exactly so many start, and stops once they have ended', () => {
    const policy = maxTasks(12);
    expect([0, 11, 12, 13].map((started) => startsLeft(policy, started))).toEqual([12, 1, 0, 0]);
    expect([11, 12].map((ended) => stops(policy, quiet(0, ended)))).toEqual([false, true]);
  });

  test.each([0, 1.5, Number.NaN, '3'])('refuses %s', (count) => {
    expect(() => maxTasks(count as number)).toThrow('Expected count to be an integer of 1 or more');
  });
});

describe('anyOf', () => {
  const policy = anyOf(idle({ seconds: 10 }), maxTasks(3));

  test('stops as soon as one would', () => {
    expect(stops(policy, quiet(0))).toBe(false);
    expect(stops(policy, quiet(10_000))).toBe(true);
    expect(stops(policy, quiet(0, 3))).toBe(true);
  });

  test('takes the smallest bound and the earliest recheck', () => {
    expect(startsLeft(anyOf(never(), maxTasks(3), maxTasks(9)), 1)).toBe(2);
    expect(recheckInMs(anyOf(idle({ seconds: 5 }), idle({ seconds: 3 })), quiet(1_000))).toBe(
      2_000,
    );
    expect(startsLeft(anyOf(never()), 1)).toBe(Infinity);
  });
});

describe('allOf', () => {
  const policy = allOf(idle({ seconds: 10 }), maxTasks(3));

  test('stops only where all would', () => {
    expect(stops(policy, quiet(10_000, 2))).toBe(false);
    expect(stops(policy, quiet(0, 3))).toBe(false);
    expect(stops(policy, quiet(10_000, 3))).toBe(true);
  });

  test('goes on with tasks while one of them still waits', () => {
    expect(startsLeft(policy, 3)).toBe(Infinity);
    expect(startsLeft(allOf(maxTasks(3), maxTasks(5)), 3)).toBe(2);
  });
});

describe('combinations', () => {
  test('nest', () => {
    const policy = anyOf(allOf(maxTasks(1), idle({ seconds: 1 })), maxTasks(5));
    expect(stops(policy, quiet(1_000, 1))).toBe(true);
    expect(startsLeft(policy, 1)).toBe(4);
  });

  test('ask a policy of the user every time, with its own state', () => {
    const afterThreeQuestions: StopPolicy = {
      start() {
        let questions = 0;
        return { shouldStop: () => ++questions >= 3 };
      },
    };
    const decision = anyOf(afterThreeQuestions, afterThreeQuestions).start();
    expect([1, 2, 3].map(() => decision.shouldStop(busy))).toEqual([false, false, true]);
    const all = allOf(never(), afterThreeQuestions).start();
    expect([1, 2, 3].map(() => all.shouldStop(busy))).toEqual([false, false, false]);
  });

  test('refuse to be empty', () => {
    expect(() => anyOf()).toThrow('Invalid options for anyOf(): Expected at least one stop policy');
    expect(() => allOf()).toThrow('Invalid options for allOf()');
  });
});
