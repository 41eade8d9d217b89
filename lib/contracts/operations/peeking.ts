import type { MessageAttributes, SystemAttributes } from '../gateway.js';

/** A message that was looked at. */
export interface PeekedMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: SystemAttributes;
  /** Receives so far, this look included. */
  readonly receiveCount: number;
  /** When it was sent, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly groupId: string | undefined;
  /** The task in it; undefined where its queue's format cannot read it. */
  readonly task: PeekedTask | undefined;
  /** Logical name of the queue it was a message of, as far as it tells. */
  readonly source: string | undefined;
  /** Why a handler or a policy dead-lettered it; undefined where SQS did, by `maxReceiveCount`. */
  readonly reason: string | undefined;
  /** The next receive, whoever makes it, moves it to the dead-letter queue: its receives are spent. */
  readonly isLastReceive: boolean;
}

export interface PeekedTask {
  readonly pattern: string;
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Chooses messages. A promise holds up the others of its request; throwing ends the whole operation. */
export type MessageFilter = (message: PeekedMessage) => boolean | Promise<boolean>;

export interface PeekOptions {
  /** Messages to show. Range 1…1,000. @default 10 */
  limit?: number;
  /** Shows only these. @default all */
  filter?: MessageFilter;
  /** Messages to look at for a filter. Range 1…10,000. Each look spends a receive. @default `limit`, with a filter 1,000 */
  maxScanned?: number;
  /** Seconds an empty receive waits for messages. Range 0…20. @default 1 */
  waitTimeSeconds?: number;
  /** Seconds that messages stay hidden if the look is cut off. Range 2…43,200. @default 60 */
  visibilityTimeoutSeconds?: number;
  /** Reads the tasks by the format of another queue. @default the queue's own; a dead-letter queue's, its source's */
  readAs?: string;
}

/** What a look found. Each message it looked at was received once: one receive count of it is spent. */
export interface PeekReport {
  readonly messages: readonly PeekedMessage[];
  /** Messages that were looked at, those the filter left out included. */
  readonly scannedCount: number;
  /** Messages that could not be given back at once; they are visible again after the timeout. */
  readonly hiddenCount: number;
  /** What whoever looks should know, one sentence each: receives spent, messages about to be dead-lettered. */
  readonly warnings: readonly string[];
}
