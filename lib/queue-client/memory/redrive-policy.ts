import { SQS_LIMITS } from '../../contracts/limits.js';
import { Refusal } from './refusals.js';

/** Where a queue sends what was received too often. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html} */
export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** Undefined where there is none; an empty text takes a policy away. */
export function readRedrivePolicy(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined || text === '') return undefined;
  const policy = readJson('RedrivePolicy', text);
  const maxReceiveCount = Number(policy['maxReceiveCount'] ?? SQS_LIMITS.defaultMaxReceiveCount);
  const target = policy['deadLetterTargetArn'];
  if (typeof target !== 'string' || !isReceiveCount(maxReceiveCount)) {
    throw new Refusal(
      'InvalidParameterValue',
      `RedrivePolicy needs deadLetterTargetArn and a maxReceiveCount from ${SQS_LIMITS.minMaxReceiveCount} to ${SQS_LIMITS.maxMaxReceiveCount}, got ${text}.`,
    );
  }
  return { deadLetterTargetArn: target, maxReceiveCount };
}

/** Which queues a dead-letter queue may serve; all of them by default (same page). */
export function allowsSource(redriveAllowPolicy: string | undefined, sourceArn: string): boolean {
  if (redriveAllowPolicy === undefined || redriveAllowPolicy === '') return true;
  const policy = readJson('RedriveAllowPolicy', redriveAllowPolicy);
  if (policy['redrivePermission'] === 'denyAll') return false;
  if (policy['redrivePermission'] !== 'byQueue') return true;
  const sources = policy['sourceQueueArns'];
  return Array.isArray(sources) && sources.includes(sourceArn);
}

export function checkRedriveAllowPolicy(text: string): void {
  if (text === '') return;
  const permission = readJson('RedriveAllowPolicy', text)['redrivePermission'];
  if (permission === 'allowAll' || permission === 'denyAll' || permission === 'byQueue') return;
  throw new Refusal(
    'InvalidParameterValue',
    `RedriveAllowPolicy needs a redrivePermission allowAll, denyAll or byQueue, got ${text}.`,
  );
}

function isReceiveCount(count: number): boolean {
  return (
    Number.isInteger(count) &&
    count >= SQS_LIMITS.minMaxReceiveCount &&
    count <= SQS_LIMITS.maxMaxReceiveCount
  );
}

function readJson(name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the refusal, which shows the text.
  }
  throw new Refusal('InvalidParameterValue', `${name} is not a JSON object: ${text}`);
}
