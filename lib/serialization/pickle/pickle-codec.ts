import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { readBase64 } from '../codecs/base64.js';
import { deflate, inflate, MAX_UNPACKED_BYTES } from '../codecs/inflate.js';
import { readPickle } from './pickle-reader.js';
import { writePickle } from './pickle-writer.js';

/** Plain data as sqs-workers packs its pickles: zlib, then URL-safe base64 with its padding. */
export function pickleCodec(name: string): Codec {
  return {
    name,
    encode: (value) => pack(writePickle(value)),
    decode: (text) => readPickle(inflate(readBase64(text), MAX_UNPACKED_BYTES)),
  };
}

function pack(pickle: Buffer): string {
  if (pickle.length > MAX_UNPACKED_BYTES) {
    const found = `data of more than ${MAX_UNPACKED_BYTES} bytes`;
    throw new UnserializableDataError({ path: '$', found, codec: 'pickle' });
  }
  // Python wants the padding that Node's base64url leaves out.
  return deflate(pickle).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
