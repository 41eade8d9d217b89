import { InvalidOptionsError } from '../../contracts/errors/index.js';
import type { ResolvedConsumeOptions } from '../../contracts/options/index.js';
import { levelsOf } from '../../contracts/priorities.js';
import type { QueueHandle } from '../../contracts/queue-handle.js';

export interface WindowLevel {
  readonly priority: number;
  readonly queue: QueueHandle;
}

type Window = Pick<ResolvedConsumeOptions, 'minPriority' | 'maxPriority' | 'priorityOrder'>;

/**
 * The levels of a queue that a worker takes from, highest first.
 * @throws InvalidOptionsError where none is left, or weights are not for these levels
 */
export function levelsInWindow(queue: QueueHandle, consume: Window): WindowLevel[] {
  const { minPriority, maxPriority = Infinity, priorityOrder } = consume;
  const all = levelsOf(queue).map((level, priority) => ({ priority, queue: level }));
  const taken = all.filter(({ priority }) => priority >= minPriority && priority <= maxPriority);
  if (taken.length === 0) throw invalid(queue, emptyWindow(minPriority, all.length));
  const weightCount = typeof priorityOrder === 'object' ? priorityOrder.weights.length : all.length;
  const isFamily = queue.levels !== undefined;
  if (isFamily && weightCount !== all.length) {
    throw invalid(queue, wrongWeights(weightCount, all.length));
  }
  return taken.toReversed();
}

function emptyWindow(minPriority: number, count: number): string {
  const levels = count === 1 ? 'has no level but 0' : `has the levels 0 to ${count - 1}`;
  return `minPriority ${minPriority} leaves nothing to take from: the queue ${levels}`;
}

function wrongWeights(given: number, count: number): string {
  return `expected priorityOrder.weights to have a number for each of its ${count} levels, lowest first, got ${given}`;
}

function invalid(queue: QueueHandle, problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: `queue "${queue.name}"`, problems: [problem] });
}
