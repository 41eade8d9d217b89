// Taken before a test can put fake timers in their place.
const { setTimeout: later } = globalThis;
const now = performance.now.bind(performance);

/** Real milliseconds, for handlers that wait for something real. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => void later(resolve, ms));
}

/** Real milliseconds that never jump. */
export const realNow = (): number => now();
