import { InvalidOptionsError } from '../contracts/errors/index.js';
import type {
  BatchTaskHandler,
  HandlerLookup,
  TaskHandler,
  TaskHandlerOptions,
} from '../contracts/handlers.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { QueueHandle } from '../contracts/queue-handle.js';

const policyNames = ['onError', 'onUnknownTask', 'onInvalidMessage'] as const;

export interface PolicyFacts {
  queue: QueueHandle;
  handlersOf: string;
  consume: ResolvedConsumeOptions;
  handlers: HandlerLookup;
}

/**
 * `deadLetter()` needs a dead-letter queue: found out at start, not with the first task that fails.
 * @throws InvalidOptionsError
 */
export function checkPolicies({ queue, handlersOf, consume, handlers }: PolicyFacts): void {
  if (queue.deadLetter !== undefined) return;
  // Handlers of another queue were written for that one: worked in place, what they dead-letter is retried.
  const isInPlace = handlersOf !== queue.name;
  const problems = [
    ...deadLettersIn(consume, 'the worker'),
    ...(isInPlace ? [] : handlerProblems(handlers, handlersOf)),
  ];
  if (problems.length > 0)
    throw new InvalidOptionsError({ where: `queue "${queue.name}"`, problems });
}

/** True where `onExhausted: 'copy'` was chosen for a queue whose last attempt, or dead-letter queue, is not known. */
export function copiesInVain({ queue, handlersOf, consume, handlers }: PolicyFacts): boolean {
  if (queue.deadLetter !== undefined || handlersOf !== queue.name) return false;
  const copying = handlersFor(handlers, handlersOf).some(
    ({ options }) => options.onExhausted === 'copy',
  );
  return copying || consume.onExhausted === 'copy';
}

function handlerProblems(handlers: HandlerLookup, queue: string): string[] {
  return handlersFor(handlers, queue).flatMap(({ options, name }) => deadLettersIn(options, name));
}

function handlersFor(handlers: HandlerLookup, queue: string): (TaskHandler | BatchTaskHandler)[] {
  const found = handlers.patternsOf(queue).map((pattern) => handlers.find(queue, pattern)?.handler);
  return [...found, handlers.findRaw(queue)].filter((handler) => handler !== undefined);
}

type Policies = Pick<TaskHandlerOptions, 'onError' | 'onInvalidMessage'> &
  Partial<Pick<ResolvedConsumeOptions, 'onUnknownTask'>>;

function deadLettersIn(policies: Policies, whose: string): string[] {
  return policyNames
    .filter((name) => policies[name]?.kind === 'dead-letter')
    .map(
      (name) =>
        `Expected a dead-letter queue for ${name}: deadLetter() of ${whose}, got none; ` +
        `give the queue one (deadLetter: { queue, maxReceiveCount }), or choose retry() or discard()`,
    );
}
