import type { QueueOptions } from '../options/index.js';

/** Which queues an operation on many of them means: those of one connection, behind the app's `queuePrefix`. */
export interface QueueSelection {
  /** Only queues whose logical names start with this. @default all behind the prefix */
  prefix?: string;
  /** Which of `connections` is looked at. @default 'default' */
  connection?: string;
}

/** A queue that is there. */
export interface ListedQueue {
  /** Logical name, without `queuePrefix`. */
  readonly name: string;
  readonly url: string;
  readonly isFifo: boolean;
}

/** What creates a queue: its options, or its name alone. */
export type QueueToCreate = string | Omit<QueueOptions, 'format' | 'onMissingQueue'>;

export interface CreatedQueue extends ListedQueue {
  /** False where it existed already; it was left as it is. */
  readonly wasCreated: boolean;
}

export interface QueueDrainOptions {
  /** Seconds an empty receive waits before the queue counts as empty. Range 0…20. @default 1 */
  waitTimeSeconds?: number;
  /**
   * Goes on while messages still come, and ends once none has come for so many seconds. Range 1…86,400.
   * @default ends at the first empty receive
   */
  idleSeconds?: number;
  /** Ends after so many deletes. @default all there are */
  maxMessages?: number;
  /** Told after each request. What it throws ends the drain. */
  onProgress?: (progress: QueueDrainProgress) => void;
  /** Aborting ends the drain; what was received and not deleted is given back. */
  signal?: AbortSignal;
}

export interface QueueDrainProgress {
  /** Deletes that SQS confirmed. */
  readonly deletedCount: number;
  /** Deletes that SQS refused: those messages come back after their visibility timeout. */
  readonly failedCount: number;
}

export interface QueueDrainReport extends QueueDrainProgress {
  /** Ended by `signal`. */
  readonly wasCancelled: boolean;
}
