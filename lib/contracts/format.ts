import type { DecodingBudget } from './decoding-budget.js';
import type { MessageAttributes, ReceivedMessage } from './gateway.js';

/** A task as it travels: what a format writes and reads. */
export interface TaskPacket {
  /** The task's name. */
  pattern: string;
  data: unknown;
  /** Task context: key-values from the sender. */
  context?: Record<string, unknown>;
  /** Correlation id of a request–response call. */
  id?: string;
  /** URL of the queue that waits for the reply. */
  replyTo?: string;
  /** Epoch milliseconds after which nobody waits for the task any more. */
  expiresAt?: number;
  /**
   * What the format sets aside: facts of a message that are no part of the task. A format that has room for them writes
   * them back.
   */
  meta?: Record<string, unknown>;
  /** Attributes that lay inside of the body, as those of a notification do: handlers see them on the message. */
  attributes?: MessageAttributes;
  /** No task at all, such as the test message of a notification service: it is deleted, and nothing runs. */
  ignore?: true;
}

export interface EncodedTask {
  body: string;
  /** Attributes that the format itself writes; the user's come on top. */
  attributes?: MessageAttributes;
}

/** How a task lies in a message. */
export interface MessageFormat {
  /** Such as `native`, `raw`, `squids`. */
  readonly name: string;
  /** Parts of a packet that its messages have no room for: a send that has them is warned about. @default none */
  readonly leavesOut?: readonly ('context' | 'meta')[];
  /** @throws UnserializableDataError */
  encode(packet: TaskPacket, options: EncodeOptions): EncodedTask;
  /** @throws UndecodableMessageError and nothing else */
  decode(message: ReceivedMessage, options: DecodeOptions): TaskPacket;
}

export interface EncodeOptions {
  /** Logical name of the queue. */
  queue: string;
  codec: Codec;
  /** Level that it goes to, where the queue has priorities. */
  priority?: number | undefined;
  /** Bytes that the whole message may have. @default SQS's limit */
  maxBytes?: number | undefined;
}

export interface DecodeOptions {
  /** Logical name of the queue: the pattern of formats that carry none. */
  queue: string;
  /** Finds the codec that a message names. */
  codecs: CodecLookup;
  /** What decoding this message may take; a format gives it to each codec that it uses. @default a new one */
  budget?: DecodingBudget | undefined;
}

/** Turns a value into text and back. */
export interface Codec {
  /** Travels with each message that is not plain JSON. */
  readonly name: string;
  /** @throws UnserializableDataError */
  encode(value: unknown): string;
  /** @throws UndecodableMessageError and nothing else */
  decode(text: string): unknown;
  /**
   * For a codec that bounds its work: decodes, and takes what it builds from the budget of the message. Whoever decodes a
   * message uses it where there is one.
   *
   * @default what `decode()` does
   * @throws UndecodableMessageError and nothing else
   */
  decodeWithin?(text: string, budget: DecodingBudget): unknown;
  /**
   * For a codec that chooses message by message, such as compression above a size: the text, and the name of the codec
   * that reads it.
   *
   * @param maxBytes what the message may have at most, where that is known
   * @default what `encode()` writes, under `name`
   * @throws UnserializableDataError
   */
  encodeNamed?(value: unknown, maxBytes?: number): NamedText;
}

export interface NamedText {
  text: string;
  /** Name of the codec that reads the text. */
  codec: string;
}

/** @throws UndecodableMessageError for a name that is not known here. */
export type CodecLookup = (name: string | undefined) => Codec;
