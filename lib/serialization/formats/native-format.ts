import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type {
  Codec,
  DecodeOptions,
  MessageFormat,
  NamedText,
  TaskPacket,
} from '../../contracts/format.js';
import type { MessageAttributes, ReceivedMessage } from '../../contracts/gateway.js';
import { attributeText, isRecord, nameOf, own } from './fields.js';
import { patternRoute } from './pattern-route.js';

/** The message attribute that names the codec of a body that is not JSON. */
export const CODEC_ATTRIBUTE = 'ContentType';

/**
 * The library's own format, a superset of Nest's packets: `{ pattern, data, context?, id?, replyTo?, expiresAt? }`,
 * written by the codec, which the message names where it is not JSON.
 */
export const nativeFormat: MessageFormat = {
  name: 'native',
  encode(packet, { codec, maxBytes }) {
    const { text, codec: name } = encodeNamed(codec, envelopeOf(packet), maxBytes);
    return name === 'json' ? { body: text } : { body: text, attributes: codecAttribute(name) };
  },
  decode(message, options) {
    return packetOf(readBody(message, options));
  },
};

function envelopeOf(packet: TaskPacket): Record<string, unknown> {
  const { pattern, data, context, id, replyTo, expiresAt } = packet;
  const envelope: Record<string, unknown> = { pattern, data };
  if (context !== undefined) envelope.context = context;
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

function readBody(message: ReceivedMessage, options: DecodeOptions): unknown {
  return options.codecs(attributeText(message, CODEC_ATTRIBUTE)).decode(message.body);
}

function packetOf(body: unknown): TaskPacket {
  const envelope = requireEnvelope(body);
  const packet: TaskPacket = { pattern: requirePattern(envelope), data: own(envelope, 'data') };
  const context = own(envelope, 'context');
  if (isRecord(context)) packet.context = context;
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

function requireEnvelope(body: unknown): Record<string, unknown> {
  if (isRecord(body)) return body;
  throw new UndecodableMessageError({
    problem: `expected an object with "pattern" and "data", got ${nameOf(body)}`,
  });
}

function requirePattern(envelope: Record<string, unknown>): string {
  const given = own(envelope, 'pattern');
  const pattern = patternRoute(given);
  if (pattern !== undefined) return pattern;
  throw new UndecodableMessageError({
    problem: `expected "pattern" to be text, a number or an object, got ${nameOf(given)}`,
  });
}
