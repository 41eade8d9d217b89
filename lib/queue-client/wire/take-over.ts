import { Readable } from 'node:stream';
import {
  commandFor,
  sendCommand,
  type HotInputs,
  type HotOperation,
  type HotOutputs,
  type Middleware,
} from '../sdk/hot-calls.js';
import type { CommandSender } from '../sdk/url-hosts.js';
import type { HttpAnswer } from './transport.js';

/** How a first attempt ended, and the client's clock offset that it was signed by. */
export type Attempt = { clockOffset: number } & ({ answer: HttpAnswer } | { error: unknown });

/**
 * Lets the SDK go on with a call whose first attempt was ours: to it, that attempt's end is what its own request
 * handler brought. So errors, retries, back-off and clock correction are the SDK's, of whatever version it is; further
 * attempts are its own.
 */
export function takeOver<O extends HotOperation>(
  client: CommandSender,
  operation: O,
  input: HotInputs[O],
  { attempt, signal }: { attempt: Attempt; signal: AbortSignal | undefined },
): Promise<HotOutputs[O]> {
  const command = commandFor(operation, input);
  let isFirst = true;
  const middleware: Middleware = (next, context) => async (args) => {
    if (!isFirst) return next(args);
    isFirst = false;
    dateBack(context, attempt.clockOffset);
    if ('error' in attempt) throw attempt.error;
    return { response: asResponse(attempt.answer) };
  };
  // The last of all, where otherwise the request would be sent.
  command.middlewareStack.add(middleware, {
    step: 'deserialize',
    priority: 'low',
    name: 'nestjsSqsTasksFirstAttempt',
  });
  return sendCommand(client, command, signal);
}

/**
 * The SDK repeats a request that its clock made invalid if the offset has changed since it was signed. Of ours it sees
 * the offset of now, which another call may have corrected meanwhile: then it would give up. Versions that do not
 * compare keep no such property.
 */
function dateBack(context: Record<string, unknown>, clockOffset: number): void {
  const { selectedHttpAuthScheme } = (context['__smithy_context'] ?? {}) as SmithyContext;
  const properties = selectedHttpAuthScheme?.httpAuthOption?.signingProperties;
  if (properties?.[BEFORE] === undefined) return;
  properties[BEFORE] = clockOffset;
}

/** What the SDK calls the offset before a request. */
const BEFORE = '_preRequestSystemClockOffset';

interface SmithyContext {
  selectedHttpAuthScheme?: {
    httpAuthOption?: { signingProperties?: { [BEFORE]?: number } };
  };
}

function asResponse({ statusCode, headers, body, brokenBy }: HttpAnswer): object {
  return { statusCode, headers, body: brokenBy === undefined ? body : breakingOff(brokenBy) };
}

/** A body that fails when it is read, as the broken one did. */
function breakingOff(error: unknown): Readable {
  return new Readable({
    read() {
      this.destroy(error as Error);
    },
  });
}
