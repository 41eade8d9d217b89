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
  /** Everything as SQS gave it. */
  readonly raw: Readonly<Record<string, string>>;
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
