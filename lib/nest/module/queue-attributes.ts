import { levelsOf } from '../../contracts/index.js';
import type { QueueHandle } from '../../contracts/index.js';

/** A queue's attributes with their types. Counts are approximate, as SQS says. */
export interface QueueAttributes {
  /** Messages that can be received now. */
  readonly messageCount: number;
  /** Messages that are received and not yet deleted. */
  readonly inFlightCount: number;
  /** Messages that wait for their delay. */
  readonly delayedCount: number;
  readonly visibilityTimeoutSeconds: number | undefined;
  readonly retentionSeconds: number | undefined;
  readonly delaySeconds: number | undefined;
  readonly maximumMessageBytes: number | undefined;
  readonly arn: string | undefined;
  readonly isFifo: boolean;
  /** Queues with priorities: each level, lowest first; the counts above are their sums, all else is the lowest's. */
  readonly levels?: readonly QueueAttributes[];
  /** Everything as SQS gave it. */
  readonly raw: Readonly<Record<string, string>>;
}

/** Asks SQS for the attributes of a queue, and of each level where it has priorities. */
export async function attributesOf(queue: QueueHandle): Promise<QueueAttributes> {
  const asked = levelsOf(queue).map(({ gateway, url }) => gateway.getQueueAttributes(url));
  const levels = (await Promise.all(asked)).map(readQueueAttributes);
  const [lowest] = levels;
  if (lowest === undefined || queue.levels === undefined) return lowest ?? readQueueAttributes({});
  return { ...lowest, ...sumsOf(levels), levels };
}

type Counts = Pick<QueueAttributes, 'messageCount' | 'inFlightCount' | 'delayedCount'>;

function sumsOf(levels: readonly Counts[]): Counts {
  const sum = (name: keyof Counts): number => levels.reduce((total, one) => total + one[name], 0);
  return {
    messageCount: sum('messageCount'),
    inFlightCount: sum('inFlightCount'),
    delayedCount: sum('delayedCount'),
  };
}

export function readQueueAttributes(raw: Readonly<Record<string, string>>): QueueAttributes {
  const number = (name: string): number | undefined => {
    const text = raw[name];
    return text === undefined ? undefined : Number(text);
  };
  return {
    messageCount: number('ApproximateNumberOfMessages') ?? 0,
    inFlightCount: number('ApproximateNumberOfMessagesNotVisible') ?? 0,
    delayedCount: number('ApproximateNumberOfMessagesDelayed') ?? 0,
    visibilityTimeoutSeconds: number('VisibilityTimeout'),
    retentionSeconds: number('MessageRetentionPeriod'),
    delaySeconds: number('DelaySeconds'),
    maximumMessageBytes: number('MaximumMessageSize'),
    arn: raw['QueueArn'],
    isFifo: raw['FifoQueue'] === 'true',
    raw,
  };
}
