import {
  InvalidBodyError,
  InvalidDelayError,
  InvalidFifoIdError,
  MessageTooLargeError,
} from '../contracts/errors/index.js';
import type { OutgoingMessage } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import { bytesOfMessage } from '../contracts/message-size.js';
import type { QueueSizeLimit } from '../contracts/queue-handle.js';
import { checkAttributes } from './attribute-rules.js';
import { describeBadCharacter } from './sqs-characters.js';

/** What the rules need to know of a queue. */
export interface QueueFacts {
  readonly name: string;
  readonly isFifo: boolean;
  /** FIFO: SQS makes the deduplication id from the body. */
  readonly contentBasedDeduplication?: boolean | undefined;
  readonly sizeLimit?: QueueSizeLimit | undefined;
}

/**
 * Checks a message against every rule of SQS that can be known here, before any request, and answers its size in bytes.
 * @throws a subclass of RefusedSendError that names the rule
 */
export function checkMessage(queue: QueueFacts, message: OutgoingMessage): number {
  checkBody(queue, message.body);
  checkDelay(queue, message.delaySeconds);
  checkGroupId(queue, message.groupId);
  checkDeduplicationId(queue, message.deduplicationId);
  if (message.attributes !== undefined) checkAttributes(queue, message.attributes);
  return checkSize(queue, message);
}

function checkBody(queue: QueueFacts, body: string): void {
  const problem = body === '' ? 'it is empty' : describeBadCharacter(body);
  if (problem !== undefined) throw new InvalidBodyError({ queue: queue.name, problem });
}

function checkDelay(queue: QueueFacts, delaySeconds: number | undefined): void {
  if (delaySeconds === undefined) return;
  const problem = delayProblem(queue, delaySeconds);
  if (problem !== undefined) {
    throw new InvalidDelayError({ queue: queue.name, delaySeconds, problem });
  }
}

function delayProblem(queue: QueueFacts, delaySeconds: number): string | undefined {
  if (queue.isFifo) return "a message of a FIFO queue has no delay of its own, only the queue's";
  const inRange = delaySeconds >= 0 && delaySeconds <= SQS_LIMITS.delaySeconds;
  if (Number.isInteger(delaySeconds) && inRange) return undefined;
  return `expected an integer from 0 to ${SQS_LIMITS.delaySeconds}`;
}

function checkGroupId(queue: QueueFacts, groupId: string | undefined): void {
  if (groupId === undefined) {
    if (queue.isFifo) throw fifoIdError(queue, 'groupId', 'a FIFO queue needs one on each message');
    return;
  }
  checkId(queue, 'groupId', groupId);
}

function checkDeduplicationId(queue: QueueFacts, id: string | undefined): void {
  if (id !== undefined && !queue.isFifo) {
    throw fifoIdError(queue, 'deduplicationId', 'only FIFO queues deduplicate');
  }
  if (id !== undefined) return checkId(queue, 'deduplicationId', id);
  if (queue.isFifo && queue.contentBasedDeduplication !== true) {
    throw fifoIdError(
      queue,
      'deduplicationId',
      'a FIFO queue without content-based deduplication needs one',
    );
  }
}

type FifoField = 'groupId' | 'deduplicationId';

function checkId(queue: QueueFacts, field: FifoField, id: string): void {
  if (id.length < 1 || id.length > SQS_LIMITS.groupIdLength) {
    const problem = `expected 1 to ${SQS_LIMITS.groupIdLength} characters, got ${id.length}`;
    throw fifoIdError(queue, field, problem);
  }
  // Letters, digits and ASCII punctuation: no spaces, nothing beyond ASCII.
  if (!/^[\x21-\x7E]+$/.test(id)) {
    const problem = `expected letters, digits and ASCII punctuation, got ${JSON.stringify(id)}`;
    throw fifoIdError(queue, field, problem);
  }
}

function fifoIdError(queue: QueueFacts, field: FifoField, problem: string): InvalidFifoIdError {
  return new InvalidFifoIdError({ queue: queue.name, field, problem });
}

function checkSize(queue: QueueFacts, message: OutgoingMessage): number {
  const bytes = bytesOfMessage(message);
  const limitBytes = queue.sizeLimit?.bytes ?? SQS_LIMITS.messageBytes;
  if (bytes > limitBytes) throw new MessageTooLargeError({ queue: queue.name, bytes, limitBytes });
  return bytes;
}
