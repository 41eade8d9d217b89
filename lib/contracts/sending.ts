import type { MessageAttributeValue } from './gateway.js';

/** What one send may say. */
export interface SendOptions {
  /** Seconds until the message can be received, 0…900. Not on FIFO queues. */
  delaySeconds?: number;
  /** FIFO: the group that is kept in order (required). Standard: the tenant of a fair queue. At most 128 characters. */
  groupId?: string;
  /** FIFO: sends with the same id within five minutes are one. Default: one UUID per `send()`, unless the queue deduplicates by content. */
  deduplicationId?: string;
  /** Message attributes; text is sent as `String`, numbers as `Number`, bytes as `Binary`. At most ten with the library's own. */
  attributes?: Record<string, string | number | Uint8Array | MessageAttributeValue>;
  /** Key-values that the handler can read; on top of the running task context. */
  taskContext?: Record<string, unknown>;
  /**
   * Facts that the queue's format carries beside the data, such as those that it set aside of the running task:
   * `ctx.meta`. @default none
   */
  meta?: Readonly<Record<string, unknown>>;
  /** Name of the codec for this message. */
  codec?: string;
  /** Another queue than the task's own, or several and `routing` between them. */
  queue?: string | readonly string[];
  /**
   * Which of several queues gets the message: one at `random`, all (`broadcast`), or always the same one for equal data
   * (`hash`); a function answers the queue. @default 'random'
   */
  routing?: QueueRouting;
  /**
   * Level of a queue with priorities, 0 being the lowest; or a function of the data; or `'inherit'`: the level of the task
   * that is running, 0 outside of one, the queue's highest where it has fewer. @default 0
   */
  priority?: SendPriority;
  /** X-Ray header, sent as the system attribute `AWSTraceHeader`. */
  traceHeader?: string;
}

export type QueueRouting =
  'random' | 'broadcast' | 'hash' | ((data: unknown, queues: readonly string[]) => string);

export type SendPriority = number | PriorityFunction | 'inherit';

/** Takes the data as it is sent. Written as a method, so that the function may name the type of its data. */
type PriorityFunction = { of(data: unknown): number }['of'];

/** What SQS answered. */
export interface SendResult {
  messageId: string;
  /** FIFO only. */
  sequenceNumber?: string;
  /** Logical name of the queue it went to. */
  queue: string;
  /** Level that it went to; left out where the queue has no priorities. */
  priority?: number;
  /** With `routing: 'broadcast'`: what each queue answered, the first of them repeated above. */
  broadcast?: readonly SendResult[];
}

/** A task and where it goes; `defineTask` makes a typed one. */
export interface TaskTarget {
  readonly queue: string;
  readonly pattern: string;
}
