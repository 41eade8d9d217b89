import { InvalidPriorityError } from '../contracts/errors/index.js';
import type { SendContext } from '../contracts/interceptors.js';
import type { QueueHandle } from '../contracts/queue-handle.js';

/** Level of the task that is running; undefined outside of one. */
export type RunningPriority = () => number | undefined;

/**
 * The level of its queue that a send goes to.
 * @throws InvalidPriorityError, or what the send's own function throws
 */
export function priorityOf(
  { levels }: QueueHandle,
  send: SendContext,
  running: RunningPriority,
): number {
  const { priority = 0 } = send.options;
  const highest = levels === undefined ? 0 : levels.length - 1;
  if (priority === 'inherit') return Math.min(running() ?? 0, highest);
  const level: unknown = typeof priority === 'function' ? priority(send.data) : priority;
  if (isLevel(level, highest)) return level;
  throw new InvalidPriorityError({ queue: send.queue, highest, priority: level });
}

function isLevel(value: unknown, highest: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= highest;
}
