import { jitteredDelay } from '../../../lib/primitives/jittered-delay.js';

describe('jitteredDelay', () => {
  const options = { firstMs: 100, maxMs: 1_000, random: () => 1 };

  test('doubles with each attempt, up to its bound', () => {
    const delays = [1, 2, 3, 4, 5, 5_000].map((attempt) => jitteredDelay({ ...options, attempt }));
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('is anything from nothing up to that', () => {
    expect(jitteredDelay({ ...options, attempt: 2, random: () => 0 })).toBe(0);
    expect(jitteredDelay({ ...options, attempt: 2, random: () => 0.25 })).toBe(50);
  });
});
