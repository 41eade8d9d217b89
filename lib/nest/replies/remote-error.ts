import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { errorText, propertyOf } from '../../primitives/error-text.js';
import type { RemoteError } from './reply-packet.js';

/**
 * What the requester gets to know of an error: class, message, and what an `RpcException` or an `HttpException` was made
 * to carry, such as the fields that a pipe refused.
 */
export function remoteErrorOf(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error) };
  const facts = { name: nameOf(error), message: messageOf(error) };
  const details = detailsOf(error);
  return details === undefined ? facts : { ...facts, details };
}

function nameOf(error: Error): string {
  const own = propertyOf(propertyOf(error, 'constructor'), 'name');
  const name = typeof own === 'string' && own !== '' ? own : propertyOf(error, 'name');
  return typeof name === 'string' ? name : 'Error';
}

function messageOf(error: Error): string {
  const message = propertyOf(error, 'message');
  return typeof message === 'string' ? message : errorText(error);
}

function detailsOf(error: Error): unknown {
  const answer = answerOf(error);
  return typeof answer === 'string' || answer instanceof Error ? undefined : answer;
}

function answerOf(error: Error): unknown {
  try {
    if (error instanceof HttpException) return error.getResponse();
    return error instanceof RpcException ? error.getError() : undefined;
  } catch {
    // A method that the user has overridden.
    return undefined;
  }
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : `The task failed with a thrown ${typeof error}`;
}
