import type { Clock } from '../../contracts/clock.js';
import type {
  CreateQueueOptions,
  MoveTaskRequest,
  MoveTaskStatus,
} from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { systemClock } from '../../primitives/system-clock.js';
import { CallCounts } from './call-counts.js';
import {
  inspectMessages,
  inspectQueue,
  type MemoryMessage,
  type MemoryQueueStats,
} from './inspection.js';
import { MemoryQueue } from './memory-queue.js';
import { MoveTasks } from './move-tasks.js';
import type { Operation } from './operations.js';
import {
  checkAttributes,
  checkQueueName,
  DEFAULT_ATTRIBUTES,
  DEFAULT_FIFO_ATTRIBUTES,
} from './queue-attributes.js';
import { allowsSource, readRedrivePolicy } from './redrive-policy.js';
import { Refusal } from './refusals.js';

export interface MemoryQueueServiceOptions {
  /** @default systemClock */
  clock?: Clock;
  /** Shown in URLs and ARNs. @default 'us-east-1' */
  region?: string;
  /** Shown in URLs and ARNs. @default '000000000000' */
  accountId?: string;
  /** Messages that one queue may have in flight; lower it to see what happens then. @default 120000 */
  inFlightLimit?: number;
  /**
   * What a visibility change by a handle whose timeout has passed is answered. AWS documents an error, `MessageNotInflight`;
   * people who tried it on AWS were told OK, and nothing happened: `'ignore'`. @default 'refuse'
   * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html}
   * {@link https://github.com/localstack/localstack/pull/9632}
   */
  expiredHandles?: ExpiredHandles;
}

export type ExpiredHandles = 'refuse' | 'ignore';

/**
 * Called before an operation has any effect. Throwing refuses the call, a promise delays it. `queue` is the queue's
 * URL, or its name or ARN where the operation takes that.
 */
export type BeforeCall = (
  operation: Operation,
  queue: string,
  request: unknown,
) => void | Promise<void>;

/**
 * Called after an operation took effect. Throwing loses its answer, a promise delays it; anything but undefined that
 * comes back is given to the caller instead.
 */
export type AfterCall = (
  operation: Operation,
  queue: string,
  request: unknown,
  answer: unknown,
) => unknown;

/**
 * Amazon SQS in memory: the queues that any number of `MemoryGateway`s share. It follows the rules that AWS documents,
 * each noted where it is kept, on a clock that may be a manual one. No timer runs while no receive waits.
 *
 * @example
 * const service = new MemoryQueueService({ clock: new ManualClock() });
 * const gateway = new MemoryGateway({ service });
 * service.beforeCall = (operation) => {
 *   if (operation === 'DeleteMessageBatch') throw new Error('the network is down');
 * };
 */
export class MemoryQueueService {
  beforeCall: BeforeCall | undefined;
  afterCall: AfterCall | undefined;
  readonly clock: Clock;
  /** How often each operation was asked for, faults included. */
  readonly calls = new CallCounts();
  private readonly region: string;
  readonly accountId: string;
  private readonly inFlightLimit: number;
  private readonly ignoresExpiredHandles: boolean;
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly deletedAt = new Map<string, number>();
  private readonly moveTasks: MoveTasks;
  private serial = 0;

  constructor(options: MemoryQueueServiceOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.region = options.region ?? 'us-east-1';
    this.accountId = options.accountId ?? '000000000000';
    this.inFlightLimit = options.inFlightLimit ?? SQS_LIMITS.inFlightMessages;
    this.ignoresExpiredHandles = options.expiredHandles === 'ignore';
    this.moveTasks = new MoveTasks({
      clock: this.clock,
      findQueue: (arn) => this.findByArn(arn),
      isDeadLetterQueue: (arn) => this.isDeadLetterQueue(arn),
    });
  }

  /** What is in a queue now, by its name, in the order sent. */
  messages(queueName: string): MemoryMessage[] {
    return inspectMessages(this.named(queueName));
  }

  /** How many messages a queue holds and has seen, by its name. */
  stats(queueName: string): MemoryQueueStats {
    return inspectQueue(this.named(queueName));
  }

  hasUrl(queueUrl: string): boolean {
    return this.queues.has(this.nameFromUrl(queueUrl) ?? '');
  }

  queueNames(): string[] {
    return [...this.queues.keys()];
  }

  /** The queue with this URL, brought up to the present. Throws `QueueDoesNotExist`. */
  at(queueUrl: string): MemoryQueue {
    return this.named(this.nameFromUrl(queueUrl) ?? '');
  }

  /** The queue with this name, brought up to the present. Throws `QueueDoesNotExist`. */
  named(queueName: string): MemoryQueue {
    const queue = this.queues.get(queueName);
    if (queue === undefined) {
      throw new Refusal('QueueDoesNotExist', 'The specified queue does not exist.');
    }
    queue.refresh();
    return queue;
  }

  // Creating again with the same attributes answers the URL: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  create(name: string, options: CreateQueueOptions): string {
    const attributes = options.attributes ?? {};
    checkQueueName(name, attributes);
    checkAttributes(attributes, name.endsWith('.fifo'));
    const existing = this.queues.get(name);
    if (existing !== undefined) return sameOrConflict(existing, attributes);
    this.checkDeletedBefore(name);
    this.checkRedrive(name, attributes);
    const queue = this.newQueue(name, attributes, options.tags ?? {});
    this.queues.set(name, queue);
    return queue.facts.url;
  }

  delete(queueUrl: string): void {
    const queue = this.at(queueUrl);
    this.queues.delete(queue.facts.name);
    this.deletedAt.set(queue.facts.name, this.clock.now());
    queue.polls.endAll(new Refusal('QueueDoesNotExist', 'The queue was deleted.'));
  }

  urlsWithPrefix(prefix: string): string[] {
    const names = this.queueNames().filter((name) => name.startsWith(prefix));
    return names.toSorted().map((name) => this.urlOf(name));
  }

  /** The queues whose redrive policies name this one. */
  urlsOfSources(queueUrl: string): string[] {
    const { arn } = this.at(queueUrl).facts;
    const sources = [...this.queues.values()].filter(
      ({ redrive }) => redrive?.deadLetterTargetArn === arn,
    );
    return sources.map(({ facts }) => facts.url).toSorted();
  }

  setAttributes(queueUrl: string, attributes: Record<string, string>): void {
    const queue = this.at(queueUrl);
    const { FifoQueue, ...settable } = attributes;
    if (FifoQueue !== undefined && FifoQueue !== queue.facts.attributes['FifoQueue']) {
      throw new Refusal('InvalidAttributeName', 'FifoQueue is decided when the queue is made.');
    }
    checkAttributes(settable, queue.isFifo);
    this.checkRedrive(queue.facts.name, settable);
    queue.setAttributes(settable);
  }

  startMoveTask(request: MoveTaskRequest): string {
    this.refreshAll();
    const handle = this.moveTasks.start(request);
    for (const queue of this.queues.values()) queue.polls.rearm();
    return handle;
  }

  listMoveTasks(sourceArn: string): MoveTaskStatus[] {
    this.moveTasks.catchUp();
    return this.moveTasks.list(sourceArn);
  }

  cancelMoveTask(taskHandle: string): number {
    this.moveTasks.catchUp();
    return this.moveTasks.cancel(taskHandle);
  }

  private refreshAll(): void {
    for (const queue of this.queues.values()) queue.refresh();
  }

  private newQueue(
    name: string,
    attributes: Record<string, string>,
    tags: Record<string, string>,
  ): MemoryQueue {
    const isFifo = name.endsWith('.fifo');
    const all = { ...DEFAULT_ATTRIBUTES, ...(isFifo && DEFAULT_FIFO_ATTRIBUTES), ...attributes };
    const facts = { name, url: this.urlOf(name), arn: this.arnOf(name), serial: ++this.serial };
    return new MemoryQueue(
      { ...facts, attributes: all, tags: { ...tags } },
      {
        clock: this.clock,
        inFlightLimit: this.inFlightLimit,
        ignoresExpiredHandles: this.ignoresExpiredHandles,
        findQueue: (arn) => this.findByArn(arn),
        catchUp: () => this.moveTasks.catchUp(),
        nextMoveAt: () => this.moveTasks.nextAt,
      },
    );
  }

  // A name is free again after 60 seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
  private checkDeletedBefore(name: string): void {
    const age = this.clock.now() - (this.deletedAt.get(name) ?? -Infinity);
    if (age < SQS_LIMITS.deletedNameSeconds * 1_000) {
      throw new Refusal(
        'QueueDeletedRecently',
        `You must wait ${SQS_LIMITS.deletedNameSeconds} seconds after deleting a queue before you can create another with the same name.`,
      );
    }
    this.deletedAt.delete(name);
  }

  // A dead-letter queue exists, is of the same type and lets the source in: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  private checkRedrive(name: string, attributes: Record<string, string>): void {
    const policy = readRedrivePolicy(attributes['RedrivePolicy']);
    if (policy === undefined) return;
    const target = this.findByArn(policy.deadLetterTargetArn);
    if (target === undefined) throw badTarget('Dead letter target does not exist.');
    if (target.isFifo !== name.endsWith('.fifo')) {
      throw badTarget('Dead-letter queue must be same type of queue as the source.');
    }
    if (!allowsSource(target.facts.attributes['RedriveAllowPolicy'], this.arnOf(name))) {
      throw badTarget('The dead-letter queue does not allow this source (RedriveAllowPolicy).');
    }
  }

  private isDeadLetterQueue(arn: string): boolean {
    for (const queue of this.queues.values()) {
      if (queue.redrive?.deadLetterTargetArn === arn) return true;
    }
    return false;
  }

  private findByArn(arn: string): MemoryQueue | undefined {
    const name = arn.slice(arn.lastIndexOf(':') + 1);
    return arn === this.arnOf(name) ? this.queues.get(name) : undefined;
  }

  private arnOf(name: string): string {
    return `arn:aws:sqs:${this.region}:${this.accountId}:${name}`;
  }

  private urlOf(name: string): string {
    return `${this.urlStart}${name}`;
  }

  private nameFromUrl(url: string): string | undefined {
    return url.startsWith(this.urlStart) ? url.slice(this.urlStart.length) : undefined;
  }

  // `.invalid` never resolves, so such a URL can reach no real service by mistake.
  private get urlStart(): string {
    return `https://sqs.${this.region}.memory.invalid/${this.accountId}/`;
  }
}

function sameOrConflict(queue: MemoryQueue, asked: Record<string, string>): string {
  const differing = Object.keys(asked).find((name) => queue.facts.attributes[name] !== asked[name]);
  if (differing === undefined) return queue.facts.url;
  throw new Refusal(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${differing}.`,
  );
}

function badTarget(reason: string): Refusal {
  return new Refusal('InvalidParameterValue', `RedrivePolicy is invalid. Reason: ${reason}`);
}
