import { DECODING_LIMITS, type DecodingBudget } from '../../contracts/decoding-budget.js';
import {
  InvalidOptionsError,
  UndecodableMessageError,
  UnserializableDataError,
} from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { hasLoneSurrogate, readBase64, readUtf8 } from './base64.js';
import { boundedDecoder, decodeWithin } from './decode-within.js';
import { deflate, inflate, inflateWithin } from './inflate.js';
import { jsonCodec } from './json-codec.js';

export interface CompressionOptions {
  /** Bytes of text from which on a message is packed; smaller ones are written as they are. 0…16,777,216. @default 4,096 */
  aboveBytes?: number;
  /**
   * Bytes that a message may unpack to; more is refused, both ways. 1…1,073,741,824. A worker that unpacks more needs
   * several times as much memory for each message. @default 3,145,728
   */
  maxBytes?: number;
}

/**
 * Packs large messages (zlib, base64) and leaves small ones to the inner codec, so a worker without this codec reads
 * those. Its name is the inner one's and `+deflate`.
 *
 * @throws InvalidOptionsError
 */
export function compressed(codec: Codec = jsonCodec, options: CompressionOptions = {}): Codec {
  const { aboveBytes, maxBytes = DECODING_LIMITS.unpackedBytes } = checked(options);
  const name = `${codec.name}+deflate`;
  const packText = (text: string) => pack(text, name, maxBytes);
  const unpack = (bytes: Buffer, budget: DecodingBudget) =>
    options.maxBytes === undefined
      ? inflateWithin(bytes, budget)
      : (inflate(bytes, maxBytes) ?? refuseUnpacked(maxBytes));
  return {
    name,
    encode: (value) => packText(codec.encode(value)),
    encodeNamed(value, limitBytes = Infinity) {
      const text = codec.encode(value);
      // A queue may take less than is worth packing otherwise.
      if (Buffer.byteLength(text) <= Math.min(aboveBytes, limitBytes))
        return { text, codec: codec.name };
      const packed = packText(text);
      return packed.length < text.length
        ? { text: packed, codec: name }
        : { text, codec: codec.name };
    },
    ...boundedDecoder((text, budget) =>
      decodeWithin(codec, readUtf8(unpack(readBase64(text), budget)), budget),
    ),
  };
}

function checked({ aboveBytes = 4_096, maxBytes }: CompressionOptions) {
  const problems = [
    ...rangeProblem('aboveBytes', aboveBytes, 0, 16_777_216),
    ...(maxBytes === undefined ? [] : rangeProblem('maxBytes', maxBytes, 1, 1_073_741_824)),
  ];
  if (problems.length > 0) throw new InvalidOptionsError({ where: 'compressed()', problems });
  return { aboveBytes, maxBytes };
}

function rangeProblem(name: string, value: unknown, from: number, to: number): string[] {
  const isInRange = Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
  return isInRange
    ? []
    : [`Expected ${name} to be an integer from ${from} to ${to}, got ${String(value)}`];
}

function refuseUnpacked(maxBytes: number): never {
  throw new UndecodableMessageError({ problem: `it unpacks to more than ${maxBytes} bytes` });
}

function pack(text: string, codec: string, maxBytes: number): string {
  if (hasLoneSurrogate(text)) throw unpackable('half of a surrogate pair', codec);
  const bytes = Buffer.from(text);
  if (bytes.length > maxBytes) throw unpackable(`data of more than ${maxBytes} bytes`, codec);
  return deflate(bytes).toString('base64');
}

function unpackable(found: string, codec: string): UnserializableDataError {
  return new UnserializableDataError({ path: '$', found, codec });
}
