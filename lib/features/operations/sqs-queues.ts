import { Injectable } from '@nestjs/common';
import type {
  CreatedQueue,
  ListedQueue,
  PeekOptions,
  PeekReport,
  QueueDrainOptions,
  QueueDrainReport,
  QueueSelection,
  QueueToCreate,
} from '../../contracts/index.js';
import type { QueueAttributes } from '../../nest/index.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';

/**
 * Looks after queues as resources: lists, creates, empties and deletes them, and looks at what lies in them. Queues are
 * given by logical name, URL or ARN.
 *
 * Every method may throw `QueueNotFoundError`, `QueueAccessDeniedError` with the right that is missing, and `GatewayError`
 * for what else the service answers.
 */
@Injectable()
export class SqsQueues {
  constructor(private readonly runtime: SqsRuntime) {}

  /** Every queue behind `queuePrefix`, in the order of their names; however many pages SQS needs. */
  list(selection?: QueueSelection): Promise<ListedQueue[]> {
    throw new Error('not built yet');
  }

  /**
   * Creates a queue, unless it is there; its dead-letter queue first, where that is missing.
   * @throws InvalidOptionsError before any request, for a name or options that such a queue cannot have
   * @throws QueueDeletedRecentlyError within a minute after a queue of this name was deleted
   */
  create(queue: QueueToCreate): Promise<CreatedQueue> {
    throw new Error('not built yet');
  }

  /** Deletes a queue with all that is in it. SQS blocks its name for a minute. */
  delete(queue: string): Promise<void> {
    throw new Error('not built yet');
  }

  /**
   * Deletes every queue behind the prefix, and answers their logical names.
   * @throws UnsafePrefixError where neither `queuePrefix` nor `prefix` ends in `-` or `_`
   * @throws PartialQueuesError where some could not be deleted; all were tried
   */
  deleteAll(selection?: QueueSelection): Promise<string[]> {
    throw new Error('not built yet');
  }

  /**
   * Deletes every message; it takes SQS up to a minute.
   * @throws PurgeInProgressError where the queue was purged within the last minute
   */
  purge(queue: string): Promise<void> {
    throw new Error('not built yet');
  }

  /**
   * Purges every queue behind the prefix, and answers their logical names.
   * @throws UnsafePrefixError where neither `queuePrefix` nor `prefix` ends in `-` or `_`
   * @throws PartialQueuesError where some could not be purged; all were tried
   */
  purgeAll(selection?: QueueSelection): Promise<string[]> {
    throw new Error('not built yet');
  }

  /** Receives and deletes until the queue is empty, so as often as wanted; counts what SQS confirmed. */
  drain(queue: string, options?: QueueDrainOptions): Promise<QueueDrainReport> {
    throw new Error('not built yet');
  }

  /** What SQS says of a queue, as numbers; message counts are approximate. */
  stats(queue: string): Promise<QueueAttributes> {
    throw new Error('not built yet');
  }

  /**
   * Looks at messages and gives them back. SQS has no look without a receive: each message looked at has one receive
   * count spent, and is hidden for the time of the look; where its receives were spent before, the look dead-letters it.
   */
  peek(queue: string, options?: PeekOptions): Promise<PeekReport> {
    throw new Error('not built yet');
  }

  tags(queue: string): Promise<Record<string, string>> {
    throw new Error('not built yet');
  }

  /** Adds tags to a queue, or changes their values. */
  tag(queue: string, tags: Record<string, string>): Promise<void> {
    throw new Error('not built yet');
  }
}
