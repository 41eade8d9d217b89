import type { SingleHandlerOptions } from '../handler-definition.js';
import { declareHandler } from './declare-handler.js';
import { checkTaskOptions } from './handler-schemas.js';
import { factsOf } from './task-reference.js';
import type { TaskReference } from './task-reference.js';

export interface SqsTaskOptions extends SingleHandlerOptions {
  /** The one queue whose tasks it handles. @default the contract's queue, else every queue of the worker */
  queue?: string;
}

/**
 * Handles one kind of task: on a method of a controller, or on a class with `run()`. Without a name the task is
 * called `Class.method`; name it, so that renaming code does not strand messages that are on their way.
 *
 * @example
 * ```ts
 * @SqsTask('send_email', { queue: 'emails', timeoutMs: 30_000 })
 * send(@Payload() data: EmailData, @Ctx() context: SqsContext) {}
 * ```
 */
export function SqsTask(
  task?: TaskReference,
  options: SqsTaskOptions = {},
): MethodDecorator & ClassDecorator {
  const facts = factsOf(task);
  const { queue = facts.queue, ...handlerOptions } = options;
  checkTaskOptions('@SqsTask()', handlerOptions);
  return declareHandler({
    pattern: facts.pattern,
    queue,
    definition: { kind: 'task', options: handlerOptions, schema: facts.schema },
  });
}
