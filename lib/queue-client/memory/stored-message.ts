import type { MessageAttributes } from '../../contracts/gateway.js';
import type { HeapNode } from './indexed-heap.js';

/** Where a message is: waiting for its delay, ready, received by somebody, or deleted, expired, moved. */
export type MessageState = 'delayed' | 'visible' | 'inflight' | 'gone';

/** A message as it came. Times are the clock's monotonic milliseconds unless they say otherwise. */
export interface NewMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSourceArn: string | undefined;
  /** What its retention counts from. */
  readonly enqueuedAt: number;
  /** Wall time. */
  readonly sentAt: number;
}

/** One message as the queue keeps it. A class, every field given at once: hundreds of thousands of one shape stay fast. */
export class StoredMessage {
  state: MessageState = 'gone';
  receiveCount = 0;
  /** Wall time. */
  firstReceivedAt: number | undefined = undefined;
  /** When its newest receipt handle was made; 12 h count from here. */
  receivedAt = NaN;
  /** Number of its newest receipt handle. */
  receipt = 0;
  /** Its visibility was changed since that receive, so the attempt cannot be replayed. */
  touched = false;
  /** When the delay or the visibility timeout ends. */
  due: HeapNode<DueMessage> | undefined = undefined;
  age: HeapNode<StoredMessage> | undefined = undefined;

  constructor(
    readonly facts: NewMessage,
    readonly sequenceNumber: string | undefined,
  ) {}
}

export interface DueMessage {
  readonly at: number;
  /** Keeps messages that fall due at the same time in the order they were put there. */
  readonly order: number;
  readonly message: StoredMessage;
}
