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
  /** The worker stops: what is parked is given back. */
  drain(): void;
}
