import { setMaxListeners } from 'node:events';
import { GatewayError } from '../../contracts/index.js';
import { toGatewayError, type CallFacts } from './sdk-errors.js';

/** Runs one call of the SDK; whatever goes wrong becomes a `GatewayError`. */
export async function callSdk<T>(
  call: CallFacts,
  run: (options: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await run(call.signal === undefined ? {} : { abortSignal: shareable(call.signal) });
  } catch (error) {
    throw toGatewayError(error, call);
  }
}

/** A field without which an answer means nothing. */
export function present(value: string | undefined, call: CallFacts): string {
  if (value !== undefined && value !== '') return value;
  throw new GatewayError({ ...call, kind: 'unavailable', detail: 'the answer was incomplete' });
}

/** One signal may end any number of open receives; Node takes more than ten listeners for a leak. */
function shareable(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
