import { Injectable } from '@nestjs/common';
import type {
  CreatedQueue,
  ListedQueue,
  PeekOptions,
  PeekReport,
  QueueDrainOptions,
  QueueDrainReport,
  QueueGateway,
  QueueHandle,
  QueueResourcesPort,
  QueueSelection,
  QueueToCreate,
} from '../../contracts/index.js';
import { levelsOf, PartialQueuesError, UnsafePrefixError } from '../../contracts/index.js';
import { queueEntry, validateOptions } from '../../contracts/options/schema/index.js';
import { attributesOf, type QueueAttributes } from '../../nest/index.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { drainQueue } from './drain-queue.js';
import { explained } from './explain.js';
import { resolveDrain, resolvePeek } from './options.js';
import { peekQueue } from './peek-queue.js';
import { readerOf } from './reader-of.js';

/**
 * Looks after queues as resources: lists, creates, empties and deletes them, and looks at what lies in them. Queues are
 * given by logical name, URL or ARN. Creating, deleting, purging and statistics are about all levels of a queue with
 * priorities; all else is about the one SQS queue of that name, which is the lowest level.
 *
 * Every method may throw `QueueNotFoundError`, `QueueAccessDeniedError` with the right that is missing, and `GatewayError`
 * for what else the service answers.
 */
@Injectable()
export class SqsQueues {
  constructor(private readonly runtime: SqsRuntime) {}

  /** Every queue behind `queuePrefix`, in the order of their names; however many pages SQS needs. */
  async list(selection: QueueSelection = {}): Promise<ListedQueue[]> {
    const resources = await this.runtime.resources();
    const found: ListedQueue[] = [];
    await explained(`${resources.queuePrefix}${selection.prefix ?? ''}*`, async () => {
      for await (const queue of resources.list(selection)) found.push(queue);
    });
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Creates a queue, unless it is there; its dead-letter queue first, where that is missing.
   * @throws InvalidOptionsError before any request, for a name or options that such a queue cannot have
   * @throws QueueDeletedRecentlyError within a minute after a queue of this name was deleted
   */
  async create(queue: QueueToCreate): Promise<CreatedQueue> {
    validateOptions('SqsQueues.create()', queueEntry, queue);
    const options = typeof queue === 'string' ? { name: queue } : queue;
    const resources = await this.runtime.resources();
    return explained(options.name, () => resources.create(options));
  }

  /** Deletes a queue with all that is in it. SQS blocks its name for a minute. */
  async delete(queue: string): Promise<void> {
    const resources = await this.runtime.resources();
    for (const { name, gateway, url } of levelsOf(await this.find(queue))) {
      await explained(name, () => gateway.deleteQueue(url));
      resources.forget(name);
    }
    resources.forget(queue);
  }

  /**
   * Deletes every queue behind the prefix, and answers their logical names.
   * @throws UnsafePrefixError where neither `queuePrefix` nor `prefix` ends in `-` or `_`
   * @throws PartialQueuesError where some could not be deleted; all were tried
   */
  deleteAll(selection: QueueSelection = {}): Promise<string[]> {
    return this.onAll('deleteAll()', selection, async ({ name, url }, gateway, resources) => {
      await gateway.deleteQueue(url);
      resources.forget(name, selection.connection);
    });
  }

  /**
   * Deletes every message; it takes SQS up to a minute.
   * @throws PurgeInProgressError where the queue was purged within the last minute
   */
  async purge(queue: string): Promise<void> {
    for (const { name, gateway, url } of levelsOf(await this.find(queue))) {
      await explained(name, () => gateway.purgeQueue(url));
    }
  }

  /**
   * Purges every queue behind the prefix, and answers their logical names.
   * @throws UnsafePrefixError where neither `queuePrefix` nor `prefix` ends in `-` or `_`
   * @throws PartialQueuesError where some could not be purged; all were tried
   */
  purgeAll(selection: QueueSelection = {}): Promise<string[]> {
    return this.onAll('purgeAll()', selection, ({ url }, gateway) => gateway.purgeQueue(url));
  }

  /** Receives and deletes until the queue is empty, so as often as wanted; counts what SQS confirmed. */
  async drain(queue: string, options: QueueDrainOptions = {}): Promise<QueueDrainReport> {
    const resolved = resolveDrain(options);
    const handle = await this.find(queue);
    return explained(queue, () => drainQueue(handle, resolved, this.runtime.parts.clock));
  }

  /** What SQS says of a queue, as numbers; message counts are approximate. */
  async stats(queue: string): Promise<QueueAttributes> {
    const handle = await this.find(queue);
    return explained(queue, () => attributesOf(handle));
  }

  /**
   * Looks at messages and gives them back. SQS has no look without a receive: each message looked at has one receive
   * count spent, and is hidden for the time of the look; where its receives were spent before, the look dead-letters it.
   */
  async peek(queue: string, options: PeekOptions = {}): Promise<PeekReport> {
    const resolved = resolvePeek(options);
    const handle = await this.find(queue);
    const reader = readerOf(this.runtime, await this.runtime.resources(), handle, options.readAs);
    const { clock } = this.runtime.parts;
    return explained(queue, () => peekQueue({ queue: handle, options: resolved, reader, clock }));
  }

  async tags(queue: string): Promise<Record<string, string>> {
    const { gateway, url } = await this.find(queue);
    return explained(queue, () => gateway.listQueueTags(url));
  }

  /** Adds tags to a queue, or changes their values. */
  async tag(queue: string, tags: Record<string, string>): Promise<void> {
    const { gateway, url } = await this.find(queue);
    await explained(queue, () => gateway.tagQueue(url, tags));
  }

  private find(queue: string): Promise<QueueHandle> {
    return explained(queue, () => this.runtime.find(queue));
  }

  private async onAll(operation: string, selection: QueueSelection, work: OnOneQueue) {
    const resources = await this.runtime.resources();
    refuseUnsafe(operation, resources.queuePrefix + (selection.prefix ?? ''));
    const gateway = resources.gateway(selection.connection);
    const done: string[] = [];
    const failed: { queue: string; error: unknown }[] = [];
    for (const queue of await this.list(selection)) {
      try {
        await explained(queue.name, () => work(queue, gateway, resources));
        done.push(queue.name);
      } catch (error) {
        failed.push({ queue: queue.name, error });
      }
    }
    if (failed.length > 0) throw new PartialQueuesError({ operation, done, failed });
    return done;
  }
}

type OnOneQueue = (
  queue: ListedQueue,
  gateway: QueueGateway,
  resources: QueueResourcesPort,
) => Promise<void>;

/** `app` would mean the queues of `application` too. */
function refuseUnsafe(operation: string, prefix: string): void {
  if (!/[-_]$/.test(prefix)) throw new UnsafePrefixError({ operation, prefix });
}
