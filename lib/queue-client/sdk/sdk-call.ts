import { setMaxListeners } from 'node:events';
import { GatewayError, type Clock, type GatewayErrorKind } from '../../contracts/index.js';
import { CallEnd } from './call-end.js';
import { toGatewayError, type CallFacts } from './sdk-errors.js';

/** Milliseconds of a call that is no long poll, retries of the SDK included; a receive gets what it waits besides. */
export const DEFAULT_CALL_TIMEOUT_MS = 15_000;

export interface CallLimit {
  clock: Clock;
  timeoutMs: number;
  /** Calls that are under way, by what ends them: it is kept while this one is. */
  open: Set<() => void>;
  /** Says what kept a call that ran out of time, where that can be known. */
  whyLate(): Promise<string | undefined>;
}

/**
 * Runs one call of the SDK; whatever goes wrong becomes a `GatewayError`. It ends with its time limit, or when its
 * signal aborts, at the latest: also where what it waits for, such as a credentials provider, ends with neither.
 */
export function callSdk<T>(
  call: CallFacts,
  { clock, timeoutMs, open, whyLate }: CallLimit,
  run: (end: CallEnd) => Promise<T>,
): Promise<T> {
  const { standing, signal } = call;
  return new Promise((resolve, reject) => {
    const end = new CallEnd();
    const onAbort = (): void => {
      end.abort(signal?.reason);
      over();
      reject(abortedError(call));
    };
    const onLate = async (): Promise<void> => {
      over();
      const error = timeoutError(call, timeoutMs, await whyLate());
      end.abort(error);
      reject(error);
    };
    const over = (): void => {
      timer.cancel();
      open.delete(onAbort);
      signal?.removeEventListener('abort', onAbort);
    };
    const timer = clock.setTimer(() => void onLate(), timeoutMs);
    if (signal?.aborted === true) return onAbort();
    open.add(onAbort);
    // One signal may end any number of open receives; Node takes more than ten listeners for a leak.
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    started(run, end).then(
      (answer) => {
        over();
        if (standing !== undefined) standing.wasAccepted = true;
        resolve(answer);
      },
      (error: unknown) => {
        over();
        const failure = toGatewayError(error, call);
        if (standing !== undefined && knowsUs.has(failure.kind)) standing.wasAccepted = true;
        reject(failure);
      },
    );
  });
}

/** Clients that users bring may throw at once. */
async function started<T>(run: (end: CallEnd) => Promise<T>, end: CallEnd): Promise<T> {
  return run(end);
}

/** What a service says only to those whose credentials it has accepted. */
const knowsUs = new Set<GatewayErrorKind>(['queue-not-found', 'access-denied', 'over-limit']);

/** A field without which an answer means nothing. */
export function present(value: string | undefined, call: CallFacts): string {
  if (value !== undefined && value !== '') return value;
  throw new GatewayError({ ...call, kind: 'unavailable', detail: 'the answer was incomplete' });
}

function abortedError({ operation, queue }: CallFacts): GatewayError {
  return new GatewayError({ kind: 'aborted', operation, queue, detail: 'it was ended here' });
}

/** What is asked of a connection that is closed already. */
export function closedError({ operation, queue }: CallFacts): GatewayError {
  const detail = 'the connection is closed';
  return new GatewayError({ kind: 'aborted', operation, queue, detail });
}

function timeoutError(call: CallFacts, timeoutMs: number, why: string | undefined): GatewayError {
  const { operation, queue } = call;
  const reason = why === undefined ? '' : `: ${why}`;
  const detail = `no answer within ${timeoutMs} ms${reason}`;
  return new GatewayError({ kind: 'timeout', operation, queue, code: 'CallTimeout', detail });
}
