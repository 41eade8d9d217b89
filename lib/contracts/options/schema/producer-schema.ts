import { PRODUCER_DEFAULTS } from '../defaults.js';
import type { ProducerOptions } from '../producer-options.js';
import { flag, integer, text } from './option.js';
import { schemaOf } from './schema-of.js';

export const producerSchema = schemaOf<ProducerOptions>()(() => ({
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
  sendTimeoutMs: integer({
    from: 100,
    to: 3_600_000,
    default: PRODUCER_DEFAULTS.sendTimeoutMs,
    description:
      'Milliseconds until a send that SQS has not accepted is given up, interceptors, look-up and retries included; waiting behind others counts only while its queue accepts nothing.',
    cost: 'A send that cannot succeed rejects later.',
  }),
  closeTimeoutMs: integer({
    from: 0,
    to: 3_600_000,
    default: PRODUCER_DEFAULTS.closeTimeoutMs,
    description: 'Milliseconds that closing waits for sends; then they are given up.',
    cost: 'An app without a way to SQS closes later.',
  }),
  strictOrder: flag({
    default: PRODUCER_DEFAULTS.strictOrder,
    description: 'FIFO: one entry per group in a request, so that a failed one is never overtaken.',
    cost: 'Up to ten times the requests where few groups are busy.',
  }),
}));
