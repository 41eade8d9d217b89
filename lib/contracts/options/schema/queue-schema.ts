import { z } from 'zod';
import { once } from './once.js';
import { SQS_LIMITS } from '../../limits.js';
import { levelName } from '../../priorities.js';
import {
  DEAD_LETTER_DEFAULTS,
  MAX_PRIORITIES,
  MIN_VISIBILITY_SECONDS,
  QUEUE_DEFAULTS,
} from '../defaults.js';
import type { DeadLetterOptions, QueueOptions } from '../queue-options.js';
import { messageFormat } from './opaque.js';
import {
  choice,
  flag,
  grouped,
  integer,
  option,
  text,
  textRecord,
  type OptionFacts,
} from './option.js';
import { isFifoReference, isQueueReference, queueReference } from './queue-reference.js';
import { schemaOf } from './schema-of.js';

export const deadLetterSchema = schemaOf<DeadLetterOptions>()(() => ({
  queue: queueReference('The dead-letter queue; of the same type as the queue.'),
  maxReceiveCount: integer({
    from: SQS_LIMITS.minMaxReceiveCount,
    to: SQS_LIMITS.maxMaxReceiveCount,
    default: DEAD_LETTER_DEFAULTS.maxReceiveCount,
    description: 'Receives before SQS moves a message there.',
    cost: 'A message that always fails is handled that many times.',
  }),
}));

export const onMissingQueue = (facts: Pick<OptionFacts, 'default' | 'description'>) =>
  choice(['error', 'create', 'wait'], {
    ...facts,
    cost: "'create' needs the right to create queues.",
  });

/** Every option of a queue; `queueSchema` adds the rules between them. */
export const queueShape = schemaOf<QueueOptions>()(() => ({
  name: queueReference("A name gets `queuePrefix`; a FIFO queue's ends in `.fifo`."),
  connection: text({
    description: 'Which of `connections` serves it.',
    default: `'${QUEUE_DEFAULTS.connection}'`,
  }),
  visibilityTimeoutSeconds: integer({
    from: MIN_VISIBILITY_SECONDS,
    to: SQS_LIMITS.visibilityTimeoutSeconds,
    default: `the queue's own; ${SQS_LIMITS.defaultVisibilityTimeoutSeconds} where it is created here`,
    description: 'Seconds a received message stays hidden.',
    cost: 'A message of a worker that was killed comes back only after it; a small value renews leases more often.',
  }),
  retentionSeconds: integer({
    from: SQS_LIMITS.minRetentionSeconds,
    to: SQS_LIMITS.maxRetentionSeconds,
    default: `the queue's own; ${grouped(SQS_LIMITS.defaultRetentionSeconds)} where it is created here`,
    description: 'Seconds a message is kept.',
    cost: 'A message that was not handled by then is gone.',
  }),
  delaySeconds: integer({
    from: 0,
    to: SQS_LIMITS.delaySeconds,
    default: "the queue's own",
    description: 'Seconds every message of the queue waits before it can be received.',
  }),
  deadLetter: option(deadLetterSchema(), {
    expected: 'an object with queue and maxReceiveCount',
    description: 'Where messages go after `maxReceiveCount` receives.',
    default: 'none: a warning says so at start',
  }),
  contentBasedDeduplication: flag({
    default: "the queue's own; false where it is created here",
    description: 'FIFO: SQS makes the deduplication id from the body.',
    cost: 'Equal tasks within five minutes become one.',
  }),
  highThroughput: flag({
    default: QUEUE_DEFAULTS.highThroughput,
    description: 'FIFO: high throughput, deduplicating per group.',
  }),
  priorities: integer({
    from: 1,
    to: MAX_PRIORITIES,
    default: QUEUE_DEFAULTS.priorities,
    description:
      'Levels of priority: level 0, the lowest, is the queue itself, level n the queue `{name}--p{n}` (FIFO: `{name}--p{n}.fifo`).',
    cost: 'Each level is a queue of its own, with a long poll every 20 s while it is empty.',
  }),
  tags: textRecord({ description: 'Tags given when the queue is created here.' }),
  attributes: textRecord({
    description: 'Further SQS attributes by their SQS names, for creation.',
  }),
  onMissingQueue: onMissingQueue({
    default: undefined,
    description: "What to do at start where the queue does not exist; the module's unless said.",
  }),
  format: messageFormat({ description: 'How tasks lie in its messages.', default: 'native' }),
}));

export const queueSchema = once(() => queueShape().check(checkQueue));

function checkQueue({ value, issues }: z.core.ParsePayload<QueueOptions>): void {
  const expect = (path: string[], expected: string) =>
    issues.push({ code: 'custom', input: value, path, params: { expected } });
  const isFifo = isFifoReference(value.name);
  for (const name of ['contentBasedDeduplication', 'highThroughput'] as const) {
    if (value[name] === true && !isFifo) expect([name], onlyFifo);
  }
  const highest = (value.priorities ?? 1) - 1;
  const isLong = isQueueReference(value.name) && !isQueueReference(levelName(value.name, highest));
  if (isLong) expect(['name'], roomForLevel(highest));
  const deadLetterQueue = value.deadLetter?.queue;
  if (deadLetterQueue !== undefined && isFifoReference(deadLetterQueue) !== isFifo) {
    expect(['deadLetter', 'queue'], isFifo ? 'a FIFO queue, as its source is' : standard);
  }
}

/** A queue in a list: its bare name, or its options. */
export const queueEntry = once(() => z.union([queueReference('A queue by name.'), queueSchema()]));

const roomForLevel = (level: number) =>
  `short enough for the name of its level ${level}, --p${level} included`;
const onlyFifo = 'left out: only a FIFO queue, named ….fifo, has it';
const standard = 'a standard queue, as its source is';
