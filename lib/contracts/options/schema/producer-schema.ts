import { PRODUCER_DEFAULTS } from '../defaults.js';
import type { ProducerOptions } from '../producer-options.js';
import { flag, integer, text } from './option.js';
import { schemaOf } from './schema-of.js';

export const producerSchema = schemaOf<ProducerOptions>()({
  maxRequestsInFlight: integer({
    from: 1,
    to: 100,
    default: PRODUCER_DEFAULTS.maxRequestsInFlight,
    description: 'Requests in flight per queue.',
    cost: 'A socket each.',
  }),
  maxBufferedMessages: integer({
    from: 10,
    to: 1_000_000,
    default: PRODUCER_DEFAULTS.maxBufferedMessages,
    description:
      'Messages that may wait in memory, all queues together; further sends wait for room.',
    cost: 'Memory of that many messages.',
  }),
  maxAttempts: integer({
    from: 1,
    to: 20,
    default: PRODUCER_DEFAULTS.maxAttempts,
    description:
      'Attempts for an entry that SQS could not take for the moment, the first included.',
    cost: 'A send that cannot succeed rejects later.',
  }),
  codec: text({
    default: `'${PRODUCER_DEFAULTS.codec}'`,
    description: 'Codec of messages that name none.',
  }),
  strictOrder: flag({
    default: PRODUCER_DEFAULTS.strictOrder,
    description: 'FIFO: one entry per group in a request, so that a failed one is never overtaken.',
    cost: 'Up to ten times the requests where few groups are busy.',
  }),
});
