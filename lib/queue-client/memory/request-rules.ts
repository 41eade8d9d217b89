import type { OutgoingMessage, ReceiveRequest } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { sizeOf } from './message-rules.js';
import { Refusal } from './refusals.js';

// At most ten entries: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
export function checkBatch(entries: readonly unknown[]): void {
  if (entries.length <= SQS_LIMITS.batchEntries) return;
  throw new Refusal(
    'TooManyEntriesInBatchRequest',
    `A batch has at most ${SQS_LIMITS.batchEntries} entries, got ${entries.length}.`,
  );
}

// All entries together: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
export function checkBatchSize(entries: readonly OutgoingMessage[]): void {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes <= SQS_LIMITS.messageBytes) return;
  throw new Refusal(
    'BatchRequestTooLong',
    `A batch holds at most ${SQS_LIMITS.messageBytes} bytes, got ${bytes}.`,
  );
}

// Ranges: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
export function checkReceive(request: ReceiveRequest): void {
  checkRange('MaxNumberOfMessages', request.maxMessages, 1, SQS_LIMITS.batchEntries);
  checkRange('WaitTimeSeconds', request.waitTimeSeconds, 0, SQS_LIMITS.waitTimeSeconds);
  const visibility = request.visibilityTimeoutSeconds ?? 0;
  checkRange('VisibilityTimeout', visibility, 0, SQS_LIMITS.visibilityTimeoutSeconds);
}

export function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function checkRange(name: string, value: number, low: number, high: number): void {
  if (isWithin(value, low, high)) return;
  throw new Refusal(
    'InvalidParameterValue',
    `${name} must be from ${low} to ${high}, got ${value}.`,
  );
}
