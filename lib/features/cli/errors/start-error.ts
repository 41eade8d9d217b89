import { SqsError } from '../../../contracts/index.js';
import { AppStartError } from './cli-errors.js';
import { sentenceOf } from './error-sayer.js';

/** What ended a start: our own errors as they are, others with the app that threw them. */
export function startError(reference: string, error: unknown): unknown {
  if (error instanceof SqsError) return error;
  return new AppStartError({ reference, reason: sentenceOf(error), cause: error });
}
