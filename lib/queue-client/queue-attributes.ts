import {
  SQS_LIMITS,
  type QueueGateway,
  type QueueOptions,
  type QueueSizeLimit,
} from '../contracts/index.js';
import { isFifoName } from './queue-address.js';

/** Queue attributes by their SQS names, all text. */
export type QueueAttributeMap = Record<string, string>;

/** `maxReceiveCount` where the options name a dead-letter queue only. */
export const DEFAULT_MAX_RECEIVE_COUNT = 5;

/** What CreateQueue is told. `deadLetterArn` where the options name a dead-letter queue. */
export function attributesForCreation(
  options: QueueOptions,
  queueName: string,
  deadLetterArn: string | undefined,
): QueueAttributeMap {
  return withoutUndefined({
    ...attributesOfOptions(options, deadLetterArn),
    FifoQueue: isFifoName(queueName) ? 'true' : undefined,
    ...options.attributes,
  });
}

/** Attributes in which an existing queue differs from what the options say, one phrase each. */
export function differingAttributes(
  options: QueueOptions,
  actual: QueueAttributeMap,
  deadLetterName: string | undefined,
): string[] {
  const expected = withoutUndefined(attributesOfOptions(options, undefined));
  const differing = Object.entries(expected)
    .filter(([name, value]) => actual[name] !== value)
    .map(([name, value]) => `${name} is ${actual[name] ?? 'not set'}, the options say ${value}`);
  return [...differing, ...differingRedrive(options, actual, deadLetterName)];
}

function differingRedrive(
  options: QueueOptions,
  actual: QueueAttributeMap,
  deadLetterName: string | undefined,
): string[] {
  if (deadLetterName === undefined) return [];
  const policy = readRedrivePolicy(actual);
  const count = options.deadLetter?.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT;
  const isSame = policy?.arn.endsWith(`:${deadLetterName}`) && policy.maxReceiveCount === count;
  if (isSame === true) return [];
  const found = policy === undefined ? 'not set' : `${policy.arn} after ${policy.maxReceiveCount}`;
  return [`RedrivePolicy is ${found}, the options say ${deadLetterName} after ${count}`];
}

/** The redrive policy of a queue; undefined where it has none that can be read. */
export function readRedrivePolicy(
  attributes: QueueAttributeMap | undefined,
): { arn: string; maxReceiveCount: number } | undefined {
  const policy = parseObject(attributes?.['RedrivePolicy']);
  const arn = policy?.['deadLetterTargetArn'];
  const maxReceiveCount = Number(policy?.['maxReceiveCount']);
  if (typeof arn !== 'string' || !Number.isInteger(maxReceiveCount)) return undefined;
  return { arn, maxReceiveCount };
}

export function readSeconds(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text !== undefined && Number.isInteger(seconds) ? seconds : undefined;
}

export function readFlag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}

const SIZE_LIMIT = 'MaximumMessageSize';

/** Bytes that a message may have; undefined where the queue says nothing that can be. */
export function readSizeLimit(attributes: QueueAttributeMap | undefined): number | undefined {
  const bytes = Number(attributes?.[SIZE_LIMIT]);
  const { minMaximumMessageBytes: from, messageBytes: to } = SQS_LIMITS;
  return Number.isInteger(bytes) && bytes >= from && bytes <= to ? bytes : undefined;
}

export class OwnSizeLimit implements QueueSizeLimit {
  private reading: Promise<void> | undefined;

  constructor(
    public bytes: number,
    private readonly gateway: Pick<QueueGateway, 'getQueueAttributes'>,
    private readonly url: string,
  ) {}

  read(): Promise<void> {
    this.reading ??= this.readAgain().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readAgain(): Promise<void> {
    try {
      const attributes = await this.gateway.getQueueAttributes(this.url, [SIZE_LIMIT]);
      this.bytes = readSizeLimit(attributes) ?? this.bytes;
    } catch {
      // What was known is as good as before, and whoever sends is told what it says.
    }
  }
}

function attributesOfOptions(options: QueueOptions, deadLetterArn: string | undefined) {
  return {
    VisibilityTimeout: asText(options.visibilityTimeoutSeconds),
    MessageRetentionPeriod: asText(options.retentionSeconds),
    DelaySeconds: asText(options.delaySeconds),
    ContentBasedDeduplication: asText(options.contentBasedDeduplication),
    DeduplicationScope: options.highThroughput === true ? 'messageGroup' : undefined,
    FifoThroughputLimit: options.highThroughput === true ? 'perMessageGroupId' : undefined,
    RedrivePolicy: redrivePolicy(options, deadLetterArn),
  };
}

function redrivePolicy(options: QueueOptions, deadLetterArn: string | undefined) {
  if (deadLetterArn === undefined) return undefined;
  const maxReceiveCount = options.deadLetter?.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT;
  return JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount });
}

function asText(value: number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function withoutUndefined(map: Record<string, string | undefined>): QueueAttributeMap {
  const given = Object.entries(map).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as QueueAttributeMap;
}

function parseObject(json: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json ?? 'null');
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
