import type { Clock } from '../../contracts/clock.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MessageStore } from './message-store.js';
import type { QueueSettings } from './queue-attributes.js';

export interface QueueFacts {
  name: string;
  url: string;
  arn: string;
  /** Told apart from a queue of the same name that was deleted: old handles are not of this one. */
  serial: number;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

/** Messages that went through a queue since it was made. */
export interface QueueTotals {
  sent: number;
  /** Deliveries: a message received twice counts twice. */
  received: number;
  deleted: number;
  expired: number;
  deadLettered: number;
}

/** What the parts of one queue share. */
export interface QueueCore {
  readonly clock: Clock;
  readonly facts: QueueFacts;
  readonly isFifo: boolean;
  readonly store: MessageStore;
  readonly totals: QueueTotals;
  readonly inFlightLimit: number;
  /** A visibility change by a handle whose timeout has passed is answered OK, and changes nothing. */
  readonly ignoresExpiredHandles: boolean;
  settings: QueueSettings;
  /** The queue with this ARN, if it exists. */
  findQueue(arn: string): MemoryQueue | undefined;
}
