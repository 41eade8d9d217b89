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
  /** Facts that a foreign format carries along untouched. */
  meta?: Record<string, unknown>;
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
