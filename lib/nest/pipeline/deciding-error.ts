import { IntrinsicException } from '@nestjs/common';
import { controlSignalOf, markLogged } from '../../contracts/index.js';
import type { ErrorRecord } from './error-record.js';
import { HiddenHandlerError } from './hidden-handler-error.js';
import { OriginalFailure } from './original-failure.js';

// What Nest's default exception layer makes of an error it does not know.
const GENERIC_MESSAGE = 'Internal server error';

/**
 * The error that decides the outcome: a control error whatever a filter made of it, the original one where Nest's
 * default layer replaced it, else what a filter threw.
 */
export function decidingError(rejection: unknown, record: ErrorRecord): unknown {
  if (rejection instanceof OriginalFailure) return rejection.error;
  const { last } = record;
  if (last !== undefined && controlSignalOf(last.error) !== undefined) return last.error;
  if (isGeneric(rejection)) return revealed(rejection, last);
  if (last !== undefined && isAnswerOf(last.error, rejection)) return last.error;
  return rejection instanceof Error ? rejection : new HiddenHandlerError({ rejection });
}

/** The default layer has logged what it hid, with its stack; only Nest's own intrinsic exceptions it leaves out. */
function revealed(rejection: unknown, last: ErrorRecord['last']): unknown {
  const error = last === undefined ? new HiddenHandlerError({ rejection }) : last.error;
  if (!(error instanceof IntrinsicException)) markLogged(error);
  return error;
}

function isGeneric(rejection: unknown): boolean {
  return messageOf(rejection) === GENERIC_MESSAGE && !(rejection instanceof Error);
}

/** True where the default layer made the rejection from this `RpcException`. */
function isAnswerOf(error: unknown, rejection: unknown): boolean {
  if (!hasGetError(error)) return false;
  const answer = error.getError();
  return answer === rejection || answer === messageOf(rejection);
}

function hasGetError(error: unknown): error is { getError(): unknown } {
  return error instanceof Error && typeof Reflect.get(error, 'getError') === 'function';
}

function messageOf(rejection: unknown): unknown {
  if (typeof rejection !== 'object' || rejection === null) return undefined;
  return Reflect.get(rejection, 'message');
}
