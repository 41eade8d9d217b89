import type { Codec, CodecLookup, MessageFormat } from '../../lib/contracts/index.js';

/** The body is the data: a format for specs that are not about formats. */
export function plainFormat(name = 'plain'): MessageFormat {
  return {
    name,
    encode: (packet) => ({ body: String(packet.data) }),
    decode: (message, { queue }) => ({ pattern: queue, data: message.body }),
  };
}

const plainCodec: Codec = { name: 'plain', encode: String, decode: (text) => text };

export const plainCodecs: CodecLookup = () => plainCodec;
