import type { MessageFormat } from '../../contracts/index.js';
import { nativeFormat } from '../../serialization/index.js';

export { createCodecLookup } from '../../serialization/index.js';

/** How tasks lie in messages of queues that say nothing else. */
export const defaultFormat: MessageFormat = nativeFormat;
