import { SQS_LIMITS } from '../../contracts/limits.js';
import {
  checkRedriveAllowPolicy,
  readRedrivePolicy,
  type RedrivePolicy,
} from './redrive-policy.js';
import { Refusal } from './refusals.js';

/** What a queue does, read once from its attributes. */
export interface QueueSettings {
  visibilityTimeoutMs: number;
  delayMs: number;
  retentionMs: number;
  maximumMessageBytes: number;
  contentBasedDeduplication: boolean;
  deduplicatesPerGroup: boolean;
  redrive: RedrivePolicy | undefined;
}

type Attributes = Record<string, string>;

/** Values of a new queue. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html} */
export const DEFAULT_ATTRIBUTES = {
  VisibilityTimeout: String(SQS_LIMITS.defaultVisibilityTimeoutSeconds),
  DelaySeconds: '0',
  MessageRetentionPeriod: String(SQS_LIMITS.defaultRetentionSeconds),
  MaximumMessageSize: String(SQS_LIMITS.messageBytes),
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
} as const satisfies Attributes;

/** What a new FIFO queue has besides. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html} */
export const DEFAULT_FIFO_ATTRIBUTES = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
} as const satisfies Attributes;

export function readSettings(attributes: Attributes): QueueSettings {
  return {
    visibilityTimeoutMs: Number(attributes['VisibilityTimeout']) * 1_000,
    delayMs: Number(attributes['DelaySeconds']) * 1_000,
    retentionMs: Number(attributes['MessageRetentionPeriod']) * 1_000,
    maximumMessageBytes: Number(attributes['MaximumMessageSize']),
    contentBasedDeduplication: attributes['ContentBasedDeduplication'] === 'true',
    deduplicatesPerGroup: attributes['DeduplicationScope'] === 'messageGroup',
    redrive: readRedrivePolicy(attributes['RedrivePolicy']),
  };
}

/** Refuses names that are no settable attribute of such a queue, and values out of range. */
export function checkAttributes(attributes: Attributes, isFifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    const check = CHECKS[name] ?? (isFifo ? FIFO_CHECKS[name] : undefined);
    if (check === undefined) {
      throw new Refusal('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    if (!check(value)) {
      throw new Refusal(
        'InvalidAttributeValue',
        `Invalid value for the parameter ${name}: ${value}`,
      );
    }
  }
  readRedrivePolicy(attributes['RedrivePolicy']);
  checkRedriveAllowPolicy(attributes['RedriveAllowPolicy'] ?? '');
}

/** A name is 1 to 80 letters, digits, - or _; `.fifo` and FifoQueue go together. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html} */
export function checkQueueName(name: string, attributes: Attributes): void {
  const isFifo = name.endsWith('.fifo');
  const isGood =
    /^[A-Za-z0-9_-]+(\.fifo)?$/.test(name) && name.length <= SQS_LIMITS.queueNameLength;
  if (isGood && isFifo === (attributes['FifoQueue'] === 'true')) return;
  throw new Refusal(
    'InvalidParameterValue',
    `"${name}" cannot be the name of a ${attributes['FifoQueue'] === 'true' ? 'FIFO' : 'standard'} queue: 1 to ${SQS_LIMITS.queueNameLength} letters, digits, - or _; a FIFO queue's name ends in .fifo and has FifoQueue=true.`,
  );
}

type Check = (value: string) => boolean;

// Ranges: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
const CHECKS: Record<string, Check | undefined> = {
  VisibilityTimeout: between(0, SQS_LIMITS.visibilityTimeoutSeconds),
  DelaySeconds: between(0, SQS_LIMITS.delaySeconds),
  MessageRetentionPeriod: between(SQS_LIMITS.minRetentionSeconds, SQS_LIMITS.maxRetentionSeconds),
  MaximumMessageSize: between(SQS_LIMITS.minMaximumMessageBytes, SQS_LIMITS.messageBytes),
  ReceiveMessageWaitTimeSeconds: between(0, SQS_LIMITS.waitTimeSeconds),
  RedrivePolicy: anything,
  RedriveAllowPolicy: anything,
  Policy: anything,
  KmsMasterKeyId: anything,
  KmsDataKeyReusePeriodSeconds: anything,
  SqsManagedSseEnabled: oneOf('true', 'false'),
};

const FIFO_CHECKS: Record<string, Check | undefined> = {
  FifoQueue: oneOf('true'),
  ContentBasedDeduplication: oneOf('true', 'false'),
  DeduplicationScope: oneOf('queue', 'messageGroup'),
  FifoThroughputLimit: oneOf('perQueue', 'perMessageGroupId'),
};

function between(low: number, high: number): Check {
  return (value) => /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;
}

function oneOf(...values: string[]): Check {
  return (value) => values.includes(value);
}

function anything(): boolean {
  return true;
}
