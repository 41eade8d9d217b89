import { setMaxListeners } from 'node:events';
import { GatewayError, type GatewayErrorKind } from '../../contracts/index.js';
import { toGatewayError, type CallFacts } from './sdk-errors.js';

/** Runs one call of the SDK; whatever goes wrong becomes a `GatewayError`. */
export async function callSdk<T>(
  call: CallFacts,
  run: (options: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  const { standing, signal } = call;
  try {
    const answer = await run(signal === undefined ? {} : { abortSignal: shareable(signal) });
    if (standing !== undefined) standing.wasAccepted = true;
    return answer;
  } catch (error) {
    const failure = toGatewayError(error, call);
    if (standing !== undefined && knowsUs.has(failure.kind)) standing.wasAccepted = true;
    throw failure;
  }
}

/** What a service says only to those whose credentials it has accepted. */
const knowsUs = new Set<GatewayErrorKind>(['queue-not-found', 'access-denied', 'over-limit']);

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
