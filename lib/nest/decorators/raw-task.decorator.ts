import type { RawHandlerOptions } from '../handler-definition.js';
import { declareHandler } from './declare-handler.js';
import { checkRawOptions } from './handler-schemas.js';

export interface SqsRawTaskOptions extends RawHandlerOptions {
  /** The queue whose every message it gets, undecoded. */
  queue: string;
}

/** Handles messages that no task sender wrote: the payload is the whole `TaskMessage`, body and attributes. */
export function SqsRawTask(options: SqsRawTaskOptions): MethodDecorator & ClassDecorator {
  const { queue, ...handlerOptions } = options;
  checkRawOptions('@SqsRawTask()', handlerOptions);
  return declareHandler({
    pattern: undefined,
    queue,
    definition: { kind: 'raw', options: handlerOptions },
  });
}
