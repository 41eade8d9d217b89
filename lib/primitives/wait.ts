import type { Clock } from '../contracts/clock.js';

/** Resolves true when the promise does, or false after `ms` milliseconds; a rejection counts as done. */
export function settledWithin(
  promise: Promise<unknown>,
  ms: number,
  clock: Clock,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = ms === Infinity ? undefined : clock.setTimer(() => resolve(false), ms);
    const ended = (): void => {
      timer?.cancel();
      resolve(true);
    };
    promise.then(ended, ended);
  });
}

/** Resolves after `ms` milliseconds. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms));
}
