/** Milliseconds that a write which is under way may take. */
const WRITE_MS = 50;

/**
 * Ends the process at once, but for what is being written. Loggers that write asynchronously, as pino does by itself,
 * write at the end what they still have, before the line that is under way: the last lines would come in the wrong order.
 */
export function exitProcess(code: number): never {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WRITE_MS);
  process.exit(code);
}
