import type { ReceiveRequest } from '../contracts/gateway.js';
import type { TaskDelivery } from '../contracts/task.js';
import type { WorkerQueueStatus } from '../contracts/worker-port.js';

/** What consumes one queue: a `QueueWorker`, or a `FamilyWorker` where the queue has priorities. */
export interface QueueEngine {
  readonly name: string;
  start(): void;
  /** One receive instead of polling: runs and settles all that it brings. Answers how many that were. */
  processOnce(request: ReceiveRequest): Promise<number>;
  pause(): void;
  resume(): void;
  setConcurrency(concurrency: number): void;
  /** Takes nothing more and gives back what has not started. */
  beginDrain(): void;
  /** Waits for handlers until the deadline, then lets go; answers how many had not ended. */
  finishDrain(deadlineAt: number, isExiting: boolean): Promise<number>;
  /** The forced stop: whoever waits for handlers waits no longer. */
  hurry(): void;
  /** What its handlers work on now. */
  running(): readonly TaskDelivery[];
  status(): WorkerQueueStatus;
}
