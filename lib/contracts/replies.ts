import type { QueueHandle } from './queue-handle.js';
import type { Outcome, TaskDelivery } from './task.js';

/** Answers requests: deliveries whose task names a queue that waits for the reply. The Nest layer gives one. */
export interface ReplyPort {
  /**
   * Before a request runs.
   * @throws ForbiddenReplyQueueError where the request names a queue that is not to be answered
   */
  open(delivery: TaskDelivery, request: RequestFacts): void;
  /** How the delivery ended, before it is settled. Rejects where the reply can only be given by running the task again. */
  close(delivery: TaskDelivery, outcome: Outcome): Promise<void>;
}

export interface RequestFacts {
  /** The queue that the request came from. */
  readonly queue: QueueHandle;
}
