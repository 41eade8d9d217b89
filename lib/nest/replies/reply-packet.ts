import { DecodingBudget, UndecodableMessageError } from '../../contracts/index.js';
import type { Codec, CodecLookup, EncodedTask, ReceivedMessage } from '../../contracts/index.js';
import { CODEC_ATTRIBUTE, decodeWithin } from '../../serialization/index.js';

/**
 * One message of a reply, by the names of Nest's own packets. Values are numbered, because a standard queue keeps no
 * order; the last message says `isDisposed`, and may carry the last value with it.
 */
export interface ReplyPacket {
  /** Of the request. */
  readonly id: string;
  /** Place of this message among those of the reply, from 0. */
  readonly index: number;
  readonly response?: unknown;
  readonly err?: RemoteError;
  readonly isDisposed?: true;
}

/** What travels of an error: never its stack. */
export interface RemoteError {
  readonly name: string;
  readonly message: string;
  readonly details?: unknown;
}

/** @throws UnserializableDataError */
export function encodeReply(packet: ReplyPacket, codec: Codec): EncodedTask {
  const body = codec.encode(packet);
  if (codec.name === 'json') return { body };
  return {
    body,
    attributes: { [CODEC_ATTRIBUTE]: { dataType: 'String', stringValue: codec.name } },
  };
}

/** @throws UndecodableMessageError */
export function decodeReply(message: ReceivedMessage, codecs: CodecLookup): ReplyPacket {
  const codec = codecs(codecNameOf(message));
  const packet = decodeWithin(codec, message.body, new DecodingBudget());
  if (isReplyPacket(packet)) return packet;
  throw new UndecodableMessageError({ problem: 'expected a reply with "id" and "index"' });
}

/** The codec that a message names; undefined: JSON. */
export function codecNameOf({
  attributes,
}: Pick<ReceivedMessage, 'attributes'>): string | undefined {
  return Object.hasOwn(attributes, CODEC_ATTRIBUTE)
    ? attributes[CODEC_ATTRIBUTE]?.stringValue
    : undefined;
}

function isReplyPacket(value: unknown): value is ReplyPacket {
  if (typeof value !== 'object' || value === null) return false;
  const { id, index, err } = value as Partial<ReplyPacket>;
  const isError = err === undefined || isRemoteError(err);
  return typeof id === 'string' && Number.isSafeInteger(index) && Number(index) >= 0 && isError;
}

function isRemoteError(value: unknown): value is RemoteError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message } = value as Partial<RemoteError>;
  return typeof name === 'string' && typeof message === 'string';
}
