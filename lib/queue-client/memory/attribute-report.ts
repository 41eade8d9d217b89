import type { MemoryQueue } from './memory-queue.js';
import { Refusal } from './refusals.js';

/** The attributes asked for, or all. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html} */
export function describeAttributes(
  queue: MemoryQueue,
  names: readonly string[],
): Record<string, string> {
  const all = allAttributes(queue);
  if (names.includes('All')) return all;
  const unknown = names.find((name) => !KNOWN.has(name));
  if (unknown !== undefined) {
    throw new Refusal('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

function allAttributes(queue: MemoryQueue): Record<string, string> {
  const { visible, inflight, delayed } = queue.store.counts;
  return {
    ...queue.facts.attributes,
    QueueArn: queue.facts.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inflight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAt),
    LastModifiedTimestamp: seconds(queue.modifiedAt),
  };
}

function seconds(wallMs: number): string {
  return String(Math.floor(wallMs / 1_000));
}

// Names that may be asked for; one that has no value on this queue is left out of the answer.
const KNOWN = new Set([
  'Policy',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'SqsManagedSseEnabled',
]);
