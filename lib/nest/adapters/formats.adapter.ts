import type { CodecLookup, MessageFormat } from '../../contracts/index.js';
import { createCodecLookup, nativeFormat } from '../../serialization/index.js';

/** How tasks lie in messages of queues that say nothing else. */
export const defaultFormat: MessageFormat = nativeFormat;

export const codecs: CodecLookup = createCodecLookup();
