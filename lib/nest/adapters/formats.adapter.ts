import { UndecodableMessageError, UnserializableDataError } from '../../contracts/index.js';
import type { Codec, CodecLookup, MessageFormat, TaskPacket } from '../../contracts/index.js';

const json: Codec = {
  name: 'json',
  encode(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
    throw new UnserializableDataError({ path: '$', found: typeof value, codec: 'json' });
  },
  decode(text) {
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new UndecodableMessageError({ problem: 'its body is not JSON', cause });
    }
  },
};

export const codecs: CodecLookup = () => json;

export const defaultFormat: MessageFormat = {
  name: 'native',
  encode: (packet, { codec }) => ({ body: codec.encode(packet) }),
  decode: ({ body }) => json.decode(body) as TaskPacket,
};
