import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { MessageFormat } from '../../contracts/format.js';

/** The body as it is, both ways; the queue's name is the pattern. */
export const rawFormat: MessageFormat = {
  name: 'raw',
  leavesOut: ['context', 'meta'],
  encode({ data }) {
    if (typeof data === 'string') return { body: data };
    throw new UnserializableDataError({ path: '$', found: `a ${typeof data}`, codec: 'raw' });
  },
  decode: (message, { queue }) => ({ pattern: queue, data: message.body }),
};
