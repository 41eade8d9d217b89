import type { QueueHandle } from './queue-handle.js';

/**
 * The name of one level of a queue with priorities: level 0 is the queue itself, `jobs--p2` the second above it, and
 * `jobs--p2.fifo` where the queue is FIFO. Takes the queue's URL or ARN as well.
 */
export function levelName(queue: string, level: number): string {
  return level === 0 ? queue : queue.replace(/(\.fifo)?(\/*)$/, `--p${level}$1$2`);
}

/** Every level of a queue, lowest first; a queue without priorities is its own and only one. */
export function levelsOf(queue: QueueHandle): readonly [QueueHandle, ...QueueHandle[]] {
  return queue.levels ?? [queue];
}
