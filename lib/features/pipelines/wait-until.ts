import type { Clock } from '../../contracts/index.js';

/** Resolves at a monotonic time, at once where it is past, or when the signal aborts. */
export function waitUntil(clock: Clock, at: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true || at <= clock.now()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, at - clock.now());
    signal?.addEventListener('abort', end, { once: true });
  });
}
