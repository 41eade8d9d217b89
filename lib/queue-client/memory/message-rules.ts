import type { MessageAttributes, OutgoingMessage } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';

/** Why SQS would refuse an entry, in its own code. */
export interface EntryRefusal {
  code: string;
  message: string;
}

interface QueueRules {
  isFifo: boolean;
  contentBasedDeduplication: boolean;
  maximumMessageBytes: number;
}

/** The first rule that an entry breaks; undefined where SQS takes it. */
export function findFault(message: OutgoingMessage, queue: QueueRules): EntryRefusal | undefined {
  return (
    bodyFault(message.body) ??
    attributesFault(message.attributes ?? {}) ??
    sizeFault(message, queue.maximumMessageBytes) ??
    idFault('MessageGroupId', message.groupId) ??
    idFault('MessageDeduplicationId', message.deduplicationId) ??
    (queue.isFifo ? fifoFault(message, queue) : standardFault(message))
  );
}

/**
 * Bytes that count for the size limits: body, attribute names, types and values; never the trace header.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html}
 */
export function sizeOf(message: OutgoingMessage): number {
  let bytes = Buffer.byteLength(message.body);
  for (const [name, value] of Object.entries(message.attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.dataType);
    bytes += Buffer.byteLength(value.stringValue ?? '') + (value.binaryValue?.byteLength ?? 0);
  }
  return bytes;
}

// Characters outside #x9 #xA #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF are refused: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const illegalCharacters = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function bodyFault(body: string): EntryRefusal | undefined {
  if (body === '') return { code: 'MissingParameter', message: 'The message body is empty.' };
  if (!illegalCharacters.test(body)) return undefined;
  return {
    code: 'InvalidMessageContents',
    message: 'The message body has characters outside the allowed set.',
  };
}

// At most ten attributes, named by the rules of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
function attributesFault(attributes: MessageAttributes): EntryRefusal | undefined {
  const names = Object.keys(attributes);
  if (names.length > SQS_LIMITS.messageAttributes) {
    return invalid(
      `A message carries at most ${SQS_LIMITS.messageAttributes} attributes, got ${names.length}.`,
    );
  }
  const badName = names.find((name) => !isAttributeName(name));
  if (badName !== undefined) return invalid(`The attribute name "${badName}" is not allowed.`);
  const badValue = names.find((name) => !hasValueOfItsType(attributes, name));
  return badValue === undefined
    ? undefined
    : invalid(
        `The attribute "${badValue}" must have a type String, Number or Binary and a value of it.`,
      );
}

function isAttributeName(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name) &&
    name.length <= SQS_LIMITS.attributeNameLength &&
    !SQS_LIMITS.reservedAttributePrefixes.some((prefix) => lower.startsWith(prefix))
  );
}

function hasValueOfItsType(attributes: MessageAttributes, name: string): boolean {
  const value = attributes[name];
  const type = /^(String|Number|Binary)(\..+)?$/.exec(value.dataType)?.[1];
  if (type === 'Binary') return (value.binaryValue?.byteLength ?? 0) > 0;
  if (type === 'String') return (value.stringValue ?? '') !== '';
  return type === 'Number' && isNumeric(value.stringValue);
}

function isNumeric(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '' && Number.isFinite(Number(text));
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
function sizeFault(message: OutgoingMessage, limit: number): EntryRefusal | undefined {
  if (message.body.length * 3 <= limit && message.attributes === undefined) return undefined;
  const bytes = sizeOf(message);
  return bytes <= limit
    ? undefined
    : invalid(`The message must be at most ${limit} bytes, got ${bytes}.`);
}

// Letters, digits and punctuation, up to 128: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
function idFault(parameter: string, id: string | undefined): EntryRefusal | undefined {
  if (id === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(id) && id.length <= SQS_LIMITS.groupIdLength) return undefined;
  return invalid(`${parameter} must be 1 to ${SQS_LIMITS.groupIdLength} letters, digits or marks.`);
}

// FIFO needs a group and a deduplication id, and delays only as a queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
function fifoFault(message: OutgoingMessage, queue: QueueRules): EntryRefusal | undefined {
  if (message.groupId === undefined) {
    return {
      code: 'MissingParameter',
      message: 'The request must contain the parameter MessageGroupId.',
    };
  }
  if (message.deduplicationId === undefined && !queue.contentBasedDeduplication) {
    return invalid(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.',
    );
  }
  return message.delaySeconds === undefined
    ? undefined
    : invalid('DelaySeconds is not valid for one message of a FIFO queue; set it on the queue.');
}

// Delays reach 900 s, and deduplication is for FIFO alone: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
function standardFault(message: OutgoingMessage): EntryRefusal | undefined {
  if (message.deduplicationId !== undefined) {
    return invalid('MessageDeduplicationId is not valid for a standard queue.');
  }
  const delay = message.delaySeconds;
  if (
    delay === undefined ||
    (Number.isInteger(delay) && delay >= 0 && delay <= SQS_LIMITS.delaySeconds)
  ) {
    return undefined;
  }
  return invalid(`DelaySeconds must be from 0 to ${SQS_LIMITS.delaySeconds}, got ${delay}.`);
}

function invalid(message: string): EntryRefusal {
  return { code: 'InvalidParameterValue', message };
}
