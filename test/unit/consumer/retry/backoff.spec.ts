import { assert, double, property } from 'fast-check';
import type { Backoff, FailureFacts } from '../../../../lib/contracts/index.js';
import {
  byError,
  clampDelay,
  constant,
  crash,
  deadLetter,
  discard,
  exponential,
  gaussianExponential,
  immediate,
  linear,
  retry,
} from '../../../../lib/consumer/retry/index.js';

const middle = () => 0.5;
const MAX = 43_200;

function accepted(delay: number): boolean {
  return Number.isInteger(delay) && delay >= 0 && delay <= MAX;
}

function factsOf(error: unknown): FailureFacts {
  return { error, delivery: {} as FailureFacts['delivery'] };
}

function waits(backoff: Backoff, attempts: readonly number[]): (number | undefined)[] {
  return attempts.map((attempt) => backoff(attempt, factsOf(new Error('no'))));
}

describe('exponential', () => {
  test('triples from ten seconds up to 900', () => {
    const backoff = exponential({ jitter: 'none' });
    expect(waits(backoff, [1, 2, 3, 4, 5, 6, 5_000])).toEqual([10, 30, 90, 270, 810, 900, 900]);
  });

  test('waits between half and the whole of each step by default', () => {
    const first = [1, 2, 3, 4, 5, 6];
    expect(waits(exponential({ random: () => 0 }), first)).toEqual([5, 15, 45, 135, 405, 450]);
    const longest = exponential({ random: () => 0.999_999 });
    expect(waits(longest, first)).toEqual([10, 30, 90, 270, 810, 900]);
  });

  test('lets five attempts span at least 200 seconds, whatever is drawn', () => {
    const shortest = waits(exponential({ random: () => 0 }), [1, 2, 3, 4]);
    expect(shortest.reduce<number>((sum, wait) => sum + (wait ?? 0), 0)).toBe(200);
  });

  test('answers whole seconds with any jitter', () => {
    for (const jitter of ['full', 'half', 'none'] as const) {
      const drawn = waits(exponential({ jitter, factor: 1.7 }), [1, 2, 3, 4, 5, 6, 7]);
      expect(drawn.every((wait) => Number.isInteger(wait))).toBe(true);
    }
  });

  test('doubles from one second and spreads the whole wait where that is asked for', () => {
    const options = { firstSeconds: 1, factor: 2, jitter: 'full' } as const;
    expect(waits(exponential({ ...options, random: () => 0 }), [1, 5, 11])).toEqual([0, 0, 0]);
    const longest = exponential({ ...options, random: () => 0.999_999 });
    expect(waits(longest, [1, 2, 3, 10, 11])).toEqual([1, 2, 4, 512, 900]);
  });

  test('stays nothing where it starts with nothing', () => {
    expect(waits(exponential({ firstSeconds: 0, random: middle }), [1, 5_000])).toEqual([0, 0]);
  });

  test('refuses what is no option of it', () => {
    expect(() => exponential({ max: 5 } as object)).toThrow(
      'Invalid options for exponential(): Unknown option max',
    );
    expect(() => exponential({ maxSeconds: 43_201 })).toThrow('from 0 to 43200, got 43201');
  });
});

describe('linear', () => {
  test('grows by its step up to its longest wait', () => {
    const backoff = linear({ firstSeconds: 5, stepSeconds: 10, maxSeconds: 30, jitter: 'none' });
    expect(waits(backoff, [1, 2, 3, 4, 5_000])).toEqual([5, 15, 25, 30, 30]);
  });
});

describe('gaussianExponential', () => {
  test('has means of 1, 2, 4 … 1024 seconds, at most 1800', () => {
    // A cosine of zero: the draw is the mean itself.
    const backoff = gaussianExponential({ random: () => 0.25 });
    expect(waits(backoff, [1, 2, 3, 11, 12, 5_000])).toEqual([1, 2, 4, 1_024, 1_800, 1_800]);
  });

  test('adds its shortest wait to every mean, and never goes below it', () => {
    const mean = gaussianExponential({ minSeconds: 100, random: () => 0.25 });
    expect(waits(mean, [1, 4])).toEqual([101, 108]);
    const lowest = [0.999999, 0.5].values();
    const low = gaussianExponential({ minSeconds: 100, random: () => lowest.next().value ?? 0 });
    expect(waits(low, [1])).toEqual([100]);
  });

  test('spreads by a tenth of the mean', () => {
    const draws = [1 - Math.exp(-0.5), 0].values();
    const backoff = gaussianExponential({ random: () => draws.next().value ?? 0 });
    expect(waits(backoff, [11])).toEqual([Math.round(1_024 * 1.1)]);
  });
});

describe('constant and immediate', () => {
  test('wait the same each time', () => {
    expect(waits(constant(60), [1, 2, 5_000])).toEqual([60, 60, 60]);
    expect(waits(immediate(), [1, 5_000])).toEqual([0, 0]);
  });
});

describe('byError', () => {
  class RateLimited extends Error {}
  class VeryRateLimited extends RateLimited {}
  const backoff = byError(
    [
      [RateLimited, constant(60)],
      [(error) => error === 'soon', immediate()],
    ],
    constant(7),
  );

  test('chooses by class, subclasses included, then by question, then the rest', () => {
    const errors = [new RateLimited(), new VeryRateLimited(), 'soon', new Error('other'), null];
    expect(errors.map((error) => backoff(1, factsOf(error)))).toEqual([60, 60, 0, 7, 7]);
  });

  test('passes the attempt on', () => {
    const growing = byError([[Error, exponential({ jitter: 'none' })]]);
    expect(waits(growing, [1, 4])).toEqual([10, 270]);
  });
});

describe('clampDelay', () => {
  test('takes from twelve hours what the lease has used', () => {
    expect(clampDelay(50_000)).toBe(MAX);
    expect(clampDelay(50_000, 3_600.2)).toBe(39_599);
    expect(clampDelay(5, 43_199.5)).toBe(0);
    expect(clampDelay(5, 50_000)).toBe(0);
  });

  test('rounds to whole seconds and never below zero', () => {
    expect([clampDelay(1.5), clampDelay(0.4), clampDelay(-3)]).toEqual([2, 0, 0]);
  });

  test('gives what is no number the visibility timeout of SQS', () => {
    expect(clampDelay(Number.NaN)).toBe(30);
    expect(clampDelay(Number.NaN, 43_195)).toBe(5);
    expect(clampDelay(5, Number.NaN)).toBe(5);
  });

  test('answers an integer that SQS accepts, whatever it is given', () => {
    const delays = property(double(), double(), (wanted, used) =>
      accepted(clampDelay(wanted, used)),
    );
    expect(() => assert(delays)).not.toThrow();
  });

  test('changes no backoff but by rounding, at any attempt', () => {
    const backoffs = [exponential(), linear(), gaussianExponential(), exponential({ factor: 100 })];
    const attempts = [0, 1, 2, 60, 1_100, 5_000];
    for (const wait of backoffs.flatMap((backoff) => waits(backoff, attempts))) {
      expect(clampDelay(wait ?? Number.NaN)).toBe(Math.round(wait ?? Number.NaN));
    }
  });
});

describe('outcome policies', () => {
  test('name what happens', () => {
    expect([discard(), deadLetter(), crash()].map((policy) => policy.kind)).toEqual([
      'discard',
      'dead-letter',
      'crash',
    ]);
  });

  test('retry exponentially unless another backoff is given', () => {
    const own = constant(5);
    expect(retry(own)).toEqual({ kind: 'retry', backoff: own });
    const longest = Math.max(
      ...Array.from({ length: 200 }, () => retry().backoff?.(4, factsOf(0)) ?? -1),
    );
    expect(longest).toBeGreaterThanOrEqual(135);
    expect(longest).toBeLessThanOrEqual(270);
  });
});
