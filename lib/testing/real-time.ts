// Taken before a test can put fake timers in their place.
const { setImmediate: soon, setTimeout: later } = globalThis;

/** Lets everything that waits on promises run, however deep it chains. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise<void>((resolve) => soon(resolve));
}

/** Real milliseconds, for handlers that wait for something real. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => void later(resolve, ms));
}

/** Real milliseconds that never jump. */
export const realNow = (): number => performance.now();
