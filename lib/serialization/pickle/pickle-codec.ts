import { DECODING_LIMITS } from '../../contracts/decoding-budget.js';
import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { readBase64 } from '../codecs/base64.js';
import { boundedDecoder } from '../codecs/decode-within.js';
import { deflate, inflateWithin } from '../codecs/inflate.js';
import { readPickle } from './pickle-reader.js';
import { writePickle } from './pickle-writer.js';

/** Plain data as sqs-workers packs its pickles: zlib, then URL-safe base64 with its padding. */
export function pickleCodec(name: string): Codec {
  return {
    name,
    encode: (value) => pack(writePickle(value)),
    ...boundedDecoder((text, budget) =>
      readPickle(inflateWithin(readBase64(text), budget), budget),
    ),
  };
}

function pack(pickle: Buffer): string {
  const maxBytes = DECODING_LIMITS.unpackedBytes;
  if (pickle.length > maxBytes) {
    const found = `data of more than ${maxBytes} bytes`;
    throw new UnserializableDataError({ path: '$', found, codec: 'pickle' });
  }
  // Python wants the padding that Node's base64url leaves out.
  return deflate(pickle).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
