import type { MessageAttributes } from '../../contracts/gateway.js';
import type { HeapNode } from './indexed-heap.js';

/** Where a message is: waiting for its delay, ready, received by somebody, or deleted, expired, moved. */
export type MessageState = 'delayed' | 'visible' | 'inflight' | 'gone';

/** One message as the queue keeps it. Times are the clock's monotonic milliseconds unless they say otherwise. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly deadLetterSourceArn: string | undefined;
  /** What its retention counts from. */
  readonly enqueuedAt: number;
  /** Wall time. */
  readonly sentAt: number;
  state: MessageState;
  receiveCount: number;
  /** Wall time. */
  firstReceivedAt: number | undefined;
  /** When its newest receipt handle was made; 12 h count from here. */
  receivedAt: number;
  /** Number of its newest receipt handle. */
  receipt: number;
  /** Its visibility was changed since that receive, so the attempt cannot be replayed. */
  touched: boolean;
  /** When the delay or the visibility timeout ends. */
  due: HeapNode<DueMessage> | undefined;
  age: HeapNode<StoredMessage> | undefined;
}

export interface DueMessage {
  readonly at: number;
  /** Keeps messages that fall due at the same time in the order they were put there. */
  readonly order: number;
  readonly message: StoredMessage;
}

export type NewMessage = Pick<
  StoredMessage,
  | 'messageId'
  | 'body'
  | 'attributes'
  | 'traceHeader'
  | 'groupId'
  | 'deduplicationId'
  | 'sequenceNumber'
  | 'deadLetterSourceArn'
  | 'enqueuedAt'
  | 'sentAt'
>;

/** A message as it is before its queue has taken it in. */
export function storedMessage(facts: NewMessage): StoredMessage {
  return {
    ...facts,
    state: 'gone',
    receiveCount: 0,
    firstReceivedAt: undefined,
    receivedAt: 0,
    receipt: 0,
    touched: false,
    due: undefined,
    age: undefined,
  };
}
