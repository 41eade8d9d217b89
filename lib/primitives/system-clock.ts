import type { Clock, Timer } from '../contracts/clock.js';

/** Real time: `performance.now()` never jumps with the wall clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(callback, delayMs): Timer {
    const timer = setTimeout(callback, Math.min(maxTimeoutMs, Math.max(0, delayMs)));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A longer one would fire at once. {@link https://nodejs.org/api/timers.html#settimeoutcallback-delay-args} */
const maxTimeoutMs = 2 ** 31 - 1;
