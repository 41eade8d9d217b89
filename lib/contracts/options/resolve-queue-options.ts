import { DEAD_LETTER_DEFAULTS, QUEUE_DEFAULTS } from './defaults.js';
import { given } from './given.js';
import type {
  DeadLetterOptions,
  MissingQueuePolicy,
  QueueOptions,
  ResolvedDeadLetter,
  ResolvedQueueOptions,
} from './queue-options.js';
import { isFifoReference } from './schema/queue-reference.js';

/** Completes the options of a queue that were validated; a bare name is a queue as it is. */
export function resolveQueueOptions(
  queue: string | QueueOptions,
  module: { onMissingQueue?: MissingQueuePolicy } = {},
): ResolvedQueueOptions {
  const { deadLetter, ...options } = typeof queue === 'string' ? { name: queue } : queue;
  return {
    ...UNSAID,
    ...QUEUE_DEFAULTS,
    ...given({ onMissingQueue: module.onMissingQueue }),
    ...given(options),
    isFifo: isFifoReference(options.name),
    deadLetter: deadLetter === undefined ? undefined : resolveDeadLetter(deadLetter),
  };
}

/** What stays as the queue has it. */
const UNSAID = {
  visibilityTimeoutSeconds: undefined,
  retentionSeconds: undefined,
  delaySeconds: undefined,
  contentBasedDeduplication: undefined,
  tags: {},
  attributes: {},
  format: undefined,
} satisfies Partial<ResolvedQueueOptions>;

function resolveDeadLetter(options: DeadLetterOptions): ResolvedDeadLetter {
  return { ...DEAD_LETTER_DEFAULTS, ...given(options) };
}
