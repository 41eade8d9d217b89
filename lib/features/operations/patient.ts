import { GatewayError, type Clock } from '../../contracts/index.js';
import { exponentialWait } from '../../primitives/backoff.js';
import { pause } from '../../primitives/pause.js';

const ATTEMPTS = 8;
const PAUSE_MS = { first: 200, max: 10_000 };
/** Milliseconds after which a call that goes on failing is not repeated: one that is never answered fails late. */
const PATIENCE_MS = 60_000;
const never = new AbortController().signal;

/** Repeats a call that fails for passing reasons, with back-off, for a minute; the last failure is thrown. */
export async function patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  const until = clock.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS || clock.now() >= until || !isPassing(error)) throw error;
      await backOff(clock, attempt);
    }
  }
}

export function backOff(clock: Clock, attempt: number): Promise<void> {
  return pause(clock, exponentialWait({ attempt, ...PAUSE_MS, jitter: 'full' }), never);
}

function isPassing(error: unknown): boolean {
  return error instanceof GatewayError && error.isPassing;
}
