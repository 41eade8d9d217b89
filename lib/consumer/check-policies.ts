import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { HandlerLookup, TaskHandlerOptions } from '../contracts/handlers.js';
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

function handlerProblems(handlers: HandlerLookup, queue: string): string[] {
  const found = handlers.patternsOf(queue).map((pattern) => handlers.find(queue, pattern)?.handler);
  const all = [...found, handlers.findRaw(queue)].filter((handler) => handler !== undefined);
  return all.flatMap((handler) => deadLettersIn(handler.options, handler.name));
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
