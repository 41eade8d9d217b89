import { RpcException } from '@nestjs/microservices';
import { errorText } from '../../primitives/error-text.js';
import type { RemoteError } from './reply-packet.js';

/** What the requester gets to know of an error: class, message, and what an `RpcException` was made to carry. */
export function remoteErrorOf(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error) };
  const facts = { name: nameOf(error), message: errorText(error) };
  const details = detailsOf(error);
  return details === undefined ? facts : { ...facts, details };
}

/** An error may have getters that throw. */
function nameOf(error: Error): string {
  try {
    return error.constructor.name || error.name;
  } catch {
    return 'Error';
  }
}

function detailsOf(error: Error): unknown {
  if (!(error instanceof RpcException)) return undefined;
  try {
    const answer = error.getError();
    return typeof answer === 'string' || answer instanceof Error ? undefined : answer;
  } catch {
    return undefined;
  }
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : `The task failed with a thrown ${typeof error}`;
}
