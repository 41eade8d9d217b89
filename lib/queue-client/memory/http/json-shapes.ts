import { createHash } from 'node:crypto';
import type {
  EntryResult,
  MessageAttributes,
  MessageAttributeValue,
  MoveTaskStatus,
  OutgoingMessage,
  ReceivedMessage,
  SentMessage,
} from '../../../contracts/gateway.js';
import { Refusal } from '../refusals.js';

/** The members of all actions' requests, by their names in the API reference. */
export interface SqsRequest {
  readonly QueueName?: string;
  readonly QueueNamePrefix?: string;
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly QueueUrl?: string;
  readonly Attributes?: Record<string, string>;
  readonly AttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  /** CreateQueue writes it small, TagQueue large. */
  readonly tags?: Record<string, string>;
  readonly Tags?: Record<string, string>;
  readonly TagKeys?: readonly string[];
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly VisibilityTimeout?: number;
  readonly ReceiveRequestAttemptId?: string;
  readonly ReceiptHandle?: string;
  readonly SourceArn?: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
  readonly TaskHandle?: string;
  readonly Entries?: readonly SqsEntry[];
}

export interface SqsEntry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: Record<string, JsonAttribute>;
  readonly MessageSystemAttributes?: Record<string, JsonAttribute>;
  readonly DelaySeconds?: number;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

interface JsonAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

const TEXT = [
  'QueueName',
  'QueueNamePrefix',
  'NextToken',
  'QueueUrl',
  'ReceiptHandle',
  'SourceArn',
];
const MORE_TEXT = ['DestinationArn', 'TaskHandle', 'ReceiveRequestAttemptId', 'MessageBody', 'Id'];
const IDS = ['MessageGroupId', 'MessageDeduplicationId'];
const NUMBERS = ['MaxResults', 'MaxNumberOfMessages', 'WaitTimeSeconds', 'VisibilityTimeout'];
const MORE_NUMBERS = ['MaxNumberOfMessagesPerSecond', 'DelaySeconds'];
const LISTS = ['AttributeNames', 'MessageAttributeNames', 'MessageSystemAttributeNames', 'TagKeys'];
const MAPS = ['Attributes', 'tags', 'Tags', 'MessageAttributes', 'MessageSystemAttributes'];

const TYPES = new Map<string, (value: unknown) => boolean>([
  ...[...TEXT, ...MORE_TEXT, ...IDS].map((name) => [name, isText] as const),
  ...[...NUMBERS, ...MORE_NUMBERS].map((name) => [name, isNumber] as const),
  ...[...LISTS, 'Entries'].map((name) => [name, Array.isArray] as const),
  ...MAPS.map((name) => [name, isRecord] as const),
]);

/**
 * Reads a request body. SQS takes no member of another type than the API reference gives, and passes over null.
 * @throws Refusal `SerializationException`
 */
export function readRequest(text: string): SqsRequest {
  const request = withoutNulls(parsed(text));
  checkTypes(request);
  const { Entries } = request as SqsRequest;
  if (Entries === undefined) return request;
  return { ...request, Entries: Entries.map(readEntry) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Refused below, as a body that is no object is.
  }
  throw new Refusal('SerializationException', 'The request body is not a JSON object.');
}

function readEntry(value: unknown): SqsEntry {
  if (!isRecord(value)) throw new Refusal('SerializationException', 'An entry is not an object.');
  const entry = withoutNulls(value);
  checkTypes(entry);
  return entry as unknown as SqsEntry;
}

function checkTypes(members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members)) {
    if (TYPES.get(name)?.(value) === false) {
      throw new Refusal('SerializationException', `${name} has a value of a wrong type.`);
    }
  }
}

function withoutNulls(members: Record<string, unknown>): Record<string, unknown> {
  if (!Object.values(members).includes(null)) return members;
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function toOutgoing(entry: SqsEntry): OutgoingMessage {
  const { DelaySeconds, MessageGroupId, MessageDeduplicationId, MessageAttributes } = entry;
  const traceHeader = entry.MessageSystemAttributes?.['AWSTraceHeader']?.StringValue;
  return {
    body: entry.MessageBody ?? '',
    ...(MessageAttributes !== undefined && { attributes: toAttributes(MessageAttributes) }),
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
    ...(MessageGroupId !== undefined && { groupId: MessageGroupId }),
    ...(MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

function toAttributes(attributes: Record<string, JsonAttribute>): MessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType ?? '',
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue, 'base64') }),
      },
    ]),
  );
}

/** What the sender is told; clients compare the checksums with their own. */
export function toJsonSent({ messageId, sequenceNumber }: SentMessage, entry: SqsEntry): object {
  const { attributes = {}, body, traceHeader } = toOutgoing(entry);
  const system: MessageAttributes =
    traceHeader === undefined ? {} : { AWSTraceHeader: textAttribute(traceHeader) };
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...(hasAny(attributes) && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    ...(hasAny(system) && { MD5OfMessageSystemAttributes: md5OfAttributes(system) }),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  };
}

function textAttribute(stringValue: string): MessageAttributeValue {
  return { dataType: 'String', stringValue };
}

/** A received message with the attributes that were asked for. Without being asked, SQS gives none. */
export function toJsonMessage(message: ReceivedMessage, request: SqsRequest): object {
  const { AttributeNames = [], MessageSystemAttributeNames = [], MessageAttributeNames } = request;
  const system = pick(message.systemAttributes, [
    ...AttributeNames,
    ...MessageSystemAttributeNames,
  ]);
  const attributes = pick(message.attributes, MessageAttributeNames ?? []);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(hasAny(system) && { Attributes: system }),
    ...(hasAny(attributes) && {
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: toJsonAttributes(attributes),
    }),
  };
}

// `All`, `.*`, names, and prefixes as `foo.*`: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
function pick<T>(attributes: Record<string, T>, names: readonly string[]): Record<string, T> {
  if (names.length === 0) return {};
  if (names.includes('All') || names.includes('.*')) return attributes;
  const isWanted = (name: string): boolean =>
    names.some((wanted) =>
      wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted,
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

function toJsonAttributes(attributes: MessageAttributes): Record<string, JsonAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        DataType: dataType,
        ...(stringValue !== undefined && { StringValue: stringValue }),
        ...(binaryValue !== undefined && {
          BinaryValue: Buffer.from(binaryValue).toString('base64'),
        }),
      },
    ]),
  );
}

export function toJsonMoveTask(task: MoveTaskStatus): object {
  const { taskHandle, destinationArn, toMoveCount, failureReason } = task;
  return {
    ...(taskHandle !== undefined && { TaskHandle: taskHandle }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ApproximateNumberOfMessagesMoved: task.movedCount,
    ...(toMoveCount !== undefined && { ApproximateNumberOfMessagesToMove: toMoveCount }),
    ...(failureReason !== undefined && { FailureReason: failureReason }),
    StartedTimestamp: task.startedAt,
  };
}

/** The two lists of a batch answer. */
export function toJsonBatch<T>(
  entries: readonly SqsEntry[],
  results: readonly EntryResult<T>[],
  factsOf: (value: T, entry: SqsEntry) => object = () => ({}),
): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, entry] of entries.entries()) {
    const result = results[index];
    if (result.ok) {
      Successful.push({ Id: entry.Id, ...factsOf(result.value, entry) });
    } else {
      const { code, message, senderFault } = result.failure;
      Failed.push({ Id: entry.Id, Code: code, Message: message, SenderFault: senderFault });
    }
  }
  return { Successful, Failed };
}

function hasAny(record: object): boolean {
  for (const _ in record) return true;
  return false;
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

const STRING_TRANSPORT = Buffer.of(1);
const BINARY_TRANSPORT = Buffer.of(2);

// Sorted by name: name, type, one byte of transport type, value, each but that byte behind its length: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
function md5OfAttributes(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).toSorted()) {
    const { dataType, stringValue, binaryValue } = attributes[name];
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(binaryValue === undefined ? STRING_TRANSPORT : BINARY_TRANSPORT);
    add(binaryValue ?? Buffer.from(stringValue ?? ''));
  }
  return hash.digest('hex');
}
