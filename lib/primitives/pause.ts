import type { Clock } from '../contracts/clock.js';

/** Resolves after the time, or at once when the signal aborts: the caller looks at the signal. No timer is left. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
