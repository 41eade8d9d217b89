import { RpcException } from '@nestjs/microservices';
import type { RemoteError } from './reply-packet.js';

/** What the requester gets to know of an error: class, message, and what an `RpcException` was made to carry. */
export function remoteErrorOf(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error) };
  const facts = { name: error.constructor.name || error.name, message: error.message };
  const details = detailsOf(error);
  return details === undefined ? facts : { ...facts, details };
}

function detailsOf(error: Error): unknown {
  if (!(error instanceof RpcException)) return undefined;
  const answer = error.getError();
  return typeof answer === 'string' || answer instanceof Error ? undefined : answer;
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : `The task failed with a thrown ${typeof error}`;
}
