import { exponentialWait } from '../../../lib/primitives/backoff.js';

describe('exponentialWait', () => {
  const wait = { attempt: 2, first: 100, max: 1_000, random: () => 0 };

  test('doubles with each attempt, up to its bound', () => {
    const waits = [1, 2, 3, 4, 5, 5_000].map((attempt) =>
      exponentialWait({ ...wait, attempt, jitter: 'none' }),
    );
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('grows by its factor, and nothing stays nothing', () => {
    expect(exponentialWait({ ...wait, factor: 3, jitter: 'none' })).toBe(300);
    expect(exponentialWait({ ...wait, attempt: 5_000, first: 0, jitter: 'none' })).toBe(0);
  });

  test('is at least half of its bound, or anything up to it', () => {
    expect(exponentialWait(wait)).toBe(100);
    expect(exponentialWait({ ...wait, random: () => 0.5 })).toBe(150);
    expect(exponentialWait({ ...wait, jitter: 'full' })).toBe(0);
    expect(exponentialWait({ ...wait, jitter: 'full', random: () => 0.25 })).toBe(50);
  });
});
