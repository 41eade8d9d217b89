export interface JitteredDelayOptions {
  /** Attempts that have failed, from 1. */
  attempt: number;
  /** Bound of the first delay, milliseconds. It doubles with each attempt. */
  firstMs: number;
  /** Bound of every delay, milliseconds. */
  maxMs: number;
  /** Answers a number from 0 up to 1. */
  random: () => number;
}

/** Exponential back-off with full jitter: anything up to the bound, so that many that failed together spread out. */
export function jitteredDelay({ attempt, firstMs, maxMs, random }: JitteredDelayOptions): number {
  // 2 ** 1024 is Infinity, which the minimum takes care of.
  return Math.round(Math.min(maxMs, firstMs * 2 ** (attempt - 1)) * random());
}
