import { Readable } from 'node:stream';
import type { CallSignal } from '../sdk/call-end.js';
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

/** How a first attempt ended. */
export type Attempt = { answer: HttpAnswer } | { error: unknown };

/**
 * Lets the SDK go on with a call whose first attempt was ours: to it, that attempt's end is what its own request
 * handler brought. So errors, retries, back-off and clock correction are the SDK's, of whatever version it is; further
 * attempts are its own.
 */
export function takeOver<O extends HotOperation>(
  client: CommandSender,
  operation: O,
  input: HotInputs[O],
  { attempt, signal }: { attempt: Attempt; signal: CallSignal | undefined },
): Promise<HotOutputs[O]> {
  const command = commandFor(operation, input);
  let isFirst = true;
  const middleware: Middleware = (next) => async (args) => {
    if (!isFirst) return next(args);
    isFirst = false;
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
