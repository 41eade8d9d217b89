import { InvalidOptionsError, NoHandlersError } from '../../contracts/index.js';
import type { HandlerLookup, ResolvedWorkerQueue } from '../../contracts/index.js';

/** True where a handler takes tasks of this queue, or all of its messages. */
export function isServed(handlers: HandlerLookup, queue: string): boolean {
  return handlers.patternsOf(queue).length > 0 || handlers.findRaw(queue) !== undefined;
}

export interface ServedFacts {
  readonly queues: readonly Omit<ResolvedWorkerQueue, 'consume'>[];
  readonly handlers: HandlerLookup;
  /** Queues that handlers are bound to. */
  readonly bound: readonly string[];
  nameOf(queue: string): string;
}

/**
 * Each queue of a worker needs a handler, unless `onUnknownTask` was chosen for it: otherwise a misspelt name would send
 * every message to the dead-letter queue.
 * @throws NoHandlersError
 */
export function checkServed({ queues, handlers, bound, nameOf }: ServedFacts): void {
  const named = queues
    .filter(({ takesUnknownTasks }) => !takesUnknownTasks)
    .map(({ name, handlersOf }) => ({ name: nameOf(name), handlersOf: nameOf(handlersOf) }));
  const unserved = named.filter(({ handlersOf }) => !isServed(handlers, handlersOf));
  if (unserved.length > 0) throw new NoHandlersError({ queues: unserved, bound });
}

export function nothingToConsume(): InvalidOptionsError {
  const problem =
    'expected queues to consume, stages to run, or a handler that is bound to a queue, got none of them';
  return new InvalidOptionsError({ where: 'sqsWorker()', problems: [problem] });
}
