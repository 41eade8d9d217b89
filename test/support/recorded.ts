import { readdirSync, readFileSync } from 'node:fs';
import type {
  EncodedTask,
  MessageAttributes,
  MessageFormat,
  ReceivedMessage,
  TaskPacket,
} from '../../lib/contracts/index.js';
import { UndecodableMessageError } from '../../lib/contracts/index.js';
import { createCodecLookup, jsonCodec } from '../../lib/serialization/index.js';

/** One message that a library wrote, and what it holds. */
export interface Recorded {
  case: string;
  queueName: string;
  body: string;
  messageAttributes: Record<
    string,
    { DataType: string; StringValue?: string; BinaryValueBase64?: string }
  >;
  expected: {
    pattern?: string | null;
    data?: unknown;
    args?: unknown[];
    kwargs?: Record<string, unknown>;
    context?: Record<string, unknown>;
    extra?: Record<string, unknown>;
    priority?: number;
    contentType?: string;
    /** What the library wrote and JavaScript cannot hold. */
    invalidJson?: true;
    unsafeInteger?: { path: string; text: string };
    pythonTypes?: true;
  };
}

/** Every recorded message of a library, by its case. */
export function recordedBy(library: string): [string, Recorded][] {
  const folder = new URL(`../fixtures/${library}/`, import.meta.url);
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const recorded = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded;
      return [recorded.case, recorded];
    });
}

/** True where JavaScript holds all that the message holds. */
export function isReadable({ expected }: Recorded): boolean {
  return !expected.invalidJson && !expected.unsafeInteger && !expected.pythonTypes;
}

export function messageOf({ body, messageAttributes }: Recorded): ReceivedMessage {
  return received(body, attributesOf(messageAttributes));
}

export function attributesOf(recorded: Recorded['messageAttributes']): MessageAttributes {
  const entries = Object.entries(recorded).map(([name, value]) => {
    const { DataType: dataType, StringValue: stringValue, BinaryValueBase64: bytes } = value;
    if (bytes !== undefined) return [name, { dataType, binaryValue: Buffer.from(bytes, 'base64') }];
    return [name, { dataType, stringValue }];
  });
  return Object.fromEntries(entries) as MessageAttributes;
}

export function attributesOfTexts(texts: Record<string, string>): MessageAttributes {
  const entries = Object.entries(texts);
  return Object.fromEntries(
    entries.map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
  );
}

export function received(body: string, attributes: MessageAttributes = {}): ReceivedMessage {
  return { messageId: 'm', receiptHandle: 'r', body, attributes, systemAttributes: {} };
}

const codecs = createCodecLookup();

export function decodeBy(format: MessageFormat, message: ReceivedMessage, queue = 'q'): TaskPacket {
  return format.decode(message, { queue, codecs });
}

export function encodeBy(format: MessageFormat, packet: TaskPacket, queue = 'q'): EncodedTask {
  return format.encode(packet, { queue, codec: jsonCodec });
}

/** Runs a decoder; anything but an UndecodableMessageError goes through. */
export function orUndecodable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof UndecodableMessageError) return undefined;
    throw error;
  }
}

/** What an UndecodableMessageError says; anything else that happens goes through. */
export function problemOf(decode: () => unknown): string {
  try {
    return `Nothing is wrong with ${String(decode())}`;
  } catch (error) {
    if (error instanceof UndecodableMessageError) return error.message;
    throw error;
  }
}
