import type { BatchHandlerOptions } from '../handler-definition.js';
import { declareHandler } from './declare-handler.js';
import { checkBatchOptions } from './handler-schemas.js';
import { factsOf } from './task-reference.js';
import type { TaskReference } from './task-reference.js';

export interface SqsBatchTaskOptions extends BatchHandlerOptions {
  /** The one queue whose tasks it handles. @default the contract's queue, else every queue of the worker */
  queue?: string;
}

/**
 * Handles many tasks of one kind at once. The payload is a list of `SqsBatchItem`; what it answers in
 * `batchItemFailures` failed, the rest succeeded; where it throws, all failed.
 *
 * @example
 * ```ts
 * @SqsBatchTask('index', { queue: 'index', maxSize: 100, maxWaitMs: 200 })
 * index(@Payload() items: SqsBatchItem<Doc>[]): Promise<SqsBatchResponse> {}
 * ```
 */
export function SqsBatchTask(
  task?: TaskReference,
  options: SqsBatchTaskOptions = {},
): MethodDecorator & ClassDecorator {
  const facts = factsOf(task);
  const { queue = facts.queue, ...handlerOptions } = options;
  checkBatchOptions('@SqsBatchTask()', handlerOptions);
  return declareHandler({
    pattern: facts.pattern,
    queue,
    definition: { kind: 'batch', options: handlerOptions, schema: facts.schema },
  });
}
