import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom, of, tap } from 'rxjs';
import { controlSignalOf } from '../../contracts/index.js';
import { decidingError } from './deciding-error.js';
import { ERROR_RECORD } from './error-record.js';
import type { RecordedContext } from './recorded-context.js';

/** Sees every value that a handler gives, and its good end, as they come. */
export interface ValueSink {
  next(value: unknown): void;
  end(): void;
}

/**
 * Runs a handler as Nest bound it, with its pipes, guards, interceptors and filters, until it has really ended:
 * promise resolved, Observable complete. Answers the last value.
 */
export async function runNestHandler<T extends unknown[]>(
  handler: MessageHandler,
  data: unknown,
  context: RecordedContext<T>,
  sink?: ValueSink,
): Promise<unknown> {
  const value = await settled(handler, data, context, sink);
  const { last } = context[ERROR_RECORD];
  // A filter that completes normally has handled the error, but it cannot undo what the handler chose.
  if (last !== undefined && controlSignalOf(last.error) !== undefined) throw last.error;
  return value;
}

async function settled<T extends unknown[]>(
  handler: MessageHandler,
  data: unknown,
  context: RecordedContext<T>,
  sink: ValueSink | undefined,
): Promise<unknown> {
  try {
    const result: unknown = await handler(data, context);
    if (sink !== undefined) return await watched(result, sink);
    return isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
  } catch (rejection) {
    throw decidingError(rejection, context[ERROR_RECORD]);
  }
}

function watched(result: unknown, sink: ValueSink): Promise<unknown> {
  const values = isObservable(result) ? result : of(result);
  const seen = values.pipe(tap({ next: (value) => sink.next(value), complete: () => sink.end() }));
  return lastValueFrom(seen, { defaultValue: undefined });
}
