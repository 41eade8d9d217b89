import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type {
  Codec,
  CodecLookup,
  DecodeOptions,
  MessageFormat,
  NamedText,
  TaskPacket,
} from '../../contracts/format.js';
import type { MessageAttributes, ReceivedMessage } from '../../contracts/gateway.js';
import { decodeWithin } from '../codecs/decode-within.js';
import { attributeText, isRecord, nameOf, own } from './fields.js';
import { fieldsOf, foreignMessage } from './foreign-message.js';
import { patternRoute } from './pattern-route.js';

/** The message attribute that names the codec of a body that is not JSON. */
export const CODEC_ATTRIBUTE = 'ContentType';

/**
 * The library's own format, a superset of Nest's packets: `{ pattern, data, context?, meta?, id?, replyTo?, expiresAt? }`,
 * written by the codec, which the message names where it is not JSON.
 */
export const nativeFormat: MessageFormat = {
  name: 'native',
  encode(packet, { codec, maxBytes }) {
    const { text, codec: name } = encodeNamed(codec, envelopeOf(packet), maxBytes);
    return name === 'json' ? { body: text } : { body: text, attributes: codecAttribute(name) };
  },
  decode(message, options) {
    const body = readBody(message, options);
    if (isRecord(body)) {
      const pattern = patternRoute(own(body, 'pattern'));
      if (pattern !== undefined) return packetOf(pattern, body);
    }
    throw foreignMessage({ message, queue: options.queue, body, problem: problemWith(body) });
  },
};

function envelopeOf(packet: TaskPacket): Record<string, unknown> {
  const { pattern, data, context, meta, id, replyTo, expiresAt } = packet;
  const envelope: Record<string, unknown> = { pattern, data };
  if (context !== undefined) envelope.context = context;
  if (meta !== undefined) envelope.meta = meta;
  if (id !== undefined) envelope.id = id;
  if (replyTo !== undefined) envelope.replyTo = replyTo;
  if (expiresAt !== undefined) envelope.expiresAt = expiresAt;
  return envelope;
}

function encodeNamed(codec: Codec, value: unknown, maxBytes: number | undefined): NamedText {
  return codec.encodeNamed?.(value, maxBytes) ?? { text: codec.encode(value), codec: codec.name };
}

function codecAttribute(name: string): MessageAttributes {
  return { [CODEC_ATTRIBUTE]: { dataType: 'String', stringValue: name } };
}

function readBody(message: ReceivedMessage, { codecs, queue, budget }: DecodeOptions): unknown {
  const codec = codecOf(message, codecs, queue);
  try {
    return decodeWithin(codec, message.body, budget);
  } catch (error) {
    if (codec.name !== 'json' || !isNoJson(error)) throw error;
    throw foreignMessage({ message, queue, problem: error.problem, cause: error.cause });
  }
}

function isNoJson(error: unknown): error is UndecodableMessageError {
  return error instanceof UndecodableMessageError && error.cause instanceof SyntaxError;
}

function codecOf(message: ReceivedMessage, codecs: CodecLookup, queue: string): Codec {
  try {
    return codecs(attributeText(message, CODEC_ATTRIBUTE));
  } catch (error) {
    if (!(error instanceof UndecodableMessageError)) throw error;
    throw foreignMessage({ message, queue, problem: error.problem, cause: error });
  }
}

function packetOf(pattern: string, envelope: Record<string, unknown>): TaskPacket {
  const packet: TaskPacket = { pattern, data: own(envelope, 'data') };
  const context = own(envelope, 'context');
  if (isRecord(context)) packet.context = context;
  const meta = own(envelope, 'meta');
  if (isRecord(meta)) packet.meta = meta;
  return addReplyFields(packet, envelope);
}

function addReplyFields(packet: TaskPacket, envelope: Record<string, unknown>): TaskPacket {
  const id = own(envelope, 'id');
  if (typeof id === 'string') packet.id = id;
  const replyTo = own(envelope, 'replyTo');
  if (typeof replyTo === 'string') packet.replyTo = replyTo;
  const expiresAt = own(envelope, 'expiresAt');
  if (typeof expiresAt === 'number') packet.expiresAt = expiresAt;
  return packet;
}

function problemWith(body: unknown): string {
  if (!isRecord(body) || !Object.hasOwn(body, 'pattern')) {
    return `expected an object with "pattern" and "data", got ${fieldsOf(body)}`;
  }
  const given = nameOf(own(body, 'pattern'));
  return `expected "pattern" to be text, a number, an object or an array, got ${given}`;
}
