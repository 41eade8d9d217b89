import type { MessageFormat } from '../format.js';

/** A queue as a resource: what it is called and what SQS is told of it. */
export interface QueueOptions {
  /** Name, URL or ARN. A name gets `queuePrefix`; a FIFO queue's ends in `.fifo`. */
  name: string;
  /** Which of `connections` serves it. @default 'default' */
  connection?: string;
  /** Seconds a received message stays hidden. Range 2…43,200. @default the queue's own, 30 where it is created here */
  visibilityTimeoutSeconds?: number;
  /** Seconds a message is kept. Range 60…1,209,600. @default the queue's own, 345,600 where it is created here */
  retentionSeconds?: number;
  /** Seconds every message of the queue waits before it can be received. Range 0…900. @default the queue's own */
  delaySeconds?: number;
  /** Where messages go after `maxReceiveCount` receives. @default none: a warning says so at start */
  deadLetter?: DeadLetterOptions;
  /** FIFO: SQS makes the deduplication id from the body. @default false */
  contentBasedDeduplication?: boolean;
  /** FIFO: high throughput, deduplicating per group. @default false */
  highThroughput?: boolean;
  /**
   * Levels of priority, each a queue of its own with the same options: level 0, the lowest, is the queue itself, level n
   * is `{name}--p{n}`, FIFO `{name}--p{n}.fifo`. Range 1…16. @default 1
   */
  priorities?: number;
  /** Tags given when the queue is created here. */
  tags?: Record<string, string>;
  /** Further SQS attributes by their SQS names, for creation. */
  attributes?: Record<string, string>;
  /** What to do at start where the queue does not exist. @default the module's */
  onMissingQueue?: MissingQueuePolicy;
  /** How tasks lie in its messages. @default native */
  format?: MessageFormat;
}

export interface DeadLetterOptions {
  /** Name, URL or ARN of the dead-letter queue; of the same type as the queue. */
  queue: string;
  /** Receives before SQS moves a message there. Range 1…1,000. @default 5 */
  maxReceiveCount?: number;
}

export type MissingQueuePolicy = 'error' | 'create' | 'wait';

/** Complete: what finding, creating and using a queue need to know. */
export interface ResolvedQueueOptions {
  readonly name: string;
  readonly isFifo: boolean;
  readonly connection: string;
  /** Undefined, here and below: what the queue has. */
  readonly visibilityTimeoutSeconds: number | undefined;
  readonly retentionSeconds: number | undefined;
  readonly delaySeconds: number | undefined;
  readonly deadLetter: ResolvedDeadLetter | undefined;
  readonly contentBasedDeduplication: boolean | undefined;
  readonly highThroughput: boolean;
  readonly priorities: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly onMissingQueue: MissingQueuePolicy;
  /** Undefined: native. */
  readonly format: MessageFormat | undefined;
}

export type ResolvedDeadLetter = Readonly<Required<DeadLetterOptions>>;
