import type { Outcome, TaskMessage } from '../../contracts/task.js';
import type { Delivery } from '../delivery.js';

/** What may run beside what, and what an outcome means for those that wait behind. */
export interface Ordering {
  /** Deliveries with one key never run at once. */
  keyOf(message: TaskMessage): string;
  /** Where a lane must stay sorted although messages come back. */
  isBefore?(a: Delivery, b: Delivery): boolean;
  /** A handler has ended: settles its message and opens its lane when the next may start. Never throws. */
  finish(delivery: Delivery, outcome: Outcome): Promise<void>;
  /** Messages held here between two attempts at them. */
  readonly parkedHeadCount: number;
  /** The queue is paused: what is parked is given back for the rest of its time, and nothing is parked until `resume`. */
  pause(): void;
  resume(): void;
  /** The worker stops: what is parked is given back at once, for another worker. */
  drain(): void;
}
