import type { OutcomeKind } from '../contracts/index.js';
import type { HandledTask } from './handled-tasks.js';

/** Which tasks are meant: by name, by contract, by some facts, or by a function. */
export type TaskMatch =
  | string
  | { readonly queue?: string; readonly pattern?: string; readonly outcome?: OutcomeKind }
  | ((task: HandledTask) => boolean);

export function matcherOf(match: TaskMatch): (task: HandledTask) => boolean {
  if (typeof match === 'function') return match;
  const { queue, pattern, outcome } = typeof match === 'string' ? facts(match) : match;
  return (task) =>
    (queue === undefined || task.queue === queue) &&
    (pattern === undefined || task.pattern === pattern) &&
    (outcome === undefined || task.outcome.kind === outcome);
}

function facts(pattern: string): { queue?: string; pattern?: string; outcome?: OutcomeKind } {
  return { pattern };
}
