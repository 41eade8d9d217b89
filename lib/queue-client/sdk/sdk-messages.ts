import type {
  BatchResultErrorEntry,
  Message,
  MessageAttributeValue as SdkAttributeValue,
  SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import type {
  EntryResult,
  MessageAttributes,
  OutgoingMessage,
  ReceivedMessage,
} from '../../contracts/index.js';

/** An entry's id is its place in the request: always valid, always unique. */
export function toSendEntry(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  const entry: SendMessageBatchRequestEntry = { Id: String(index), MessageBody: message.body };
  if (message.attributes !== undefined) {
    entry.MessageAttributes = toSdkAttributes(message.attributes);
  }
  if (message.delaySeconds !== undefined) entry.DelaySeconds = message.delaySeconds;
  if (message.groupId !== undefined) entry.MessageGroupId = message.groupId;
  if (message.deduplicationId !== undefined) entry.MessageDeduplicationId = message.deduplicationId;
  if (message.traceHeader !== undefined) {
    entry.MessageSystemAttributes = {
      AWSTraceHeader: { DataType: 'String', StringValue: message.traceHeader },
    };
  }
  return entry;
}

function toSdkAttributes(attributes: MessageAttributes): Record<string, SdkAttributeValue> {
  return mapValues(attributes, ({ dataType, stringValue, binaryValue }) => ({
    DataType: dataType,
    StringValue: stringValue,
    BinaryValue: binaryValue,
  }));
}

/** Those that can be settled; the ids of the others are reported. */
export function toReceivedMessages(
  messages: readonly Message[] | undefined,
  report: (messageId: string | undefined) => void,
): ReceivedMessage[] {
  return (messages ?? []).flatMap((message) => {
    const readable = toReceivedMessage(message);
    if (readable === undefined) report(message.MessageId);
    return readable ?? [];
  });
}

/** Undefined for a message without receipt handle: nothing could ever be said about it. */
export function toReceivedMessage(message: Message): ReceivedMessage | undefined {
  if (typeof message.ReceiptHandle !== 'string' || message.ReceiptHandle === '') return undefined;
  return {
    // Two messages without an id must not be taken for one.
    messageId: message.MessageId || message.ReceiptHandle,
    receiptHandle: message.ReceiptHandle,
    body: message.Body ?? '',
    attributes: fromSdkAttributes(message.MessageAttributes),
    systemAttributes: message.Attributes ?? {},
  };
}

function fromSdkAttributes(
  attributes: Record<string, SdkAttributeValue> | undefined,
): MessageAttributes {
  if (attributes === undefined || attributes === null) return {};
  return mapValues(attributes, (value) => ({
    dataType: value?.DataType ?? 'String',
    ...(typeof value?.StringValue === 'string' && { stringValue: value.StringValue }),
    ...(value?.BinaryValue instanceof Uint8Array && { binaryValue: value.BinaryValue }),
  }));
}

/** `fromEntries` makes an own property of every name, `__proto__` included. */
function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

interface BatchAnswer<S> {
  Successful?: readonly S[] | undefined;
  Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** One result per entry, in the order asked; answers to ids that were never asked are ignored. */
export function alignResults<S extends { Id?: string | undefined }, T>(
  count: number,
  answer: BatchAnswer<S>,
  valueOf: (success: S) => T,
): EntryResult<T>[] {
  const results: EntryResult<T>[] = Array.from({ length: count }, missing);
  for (const success of answer.Successful ?? []) {
    const index = placeOf(success?.Id, count);
    if (index !== undefined) results[index] = { ok: true, value: valueOf(success) };
  }
  for (const failed of answer.Failed ?? []) {
    const index = placeOf(failed?.Id, count);
    if (index !== undefined) results[index] = { ok: false, failure: toFailure(failed) };
  }
  return results;
}

function placeOf(id: unknown, count: number): number | undefined {
  const index = Number(id);
  return Number.isInteger(index) && index >= 0 && index < count && String(index) === id
    ? index
    : undefined;
}

function toFailure(failed: BatchResultErrorEntry) {
  return {
    code: failed.Code ?? 'Unknown',
    message: failed.Message ?? 'SQS gave no reason',
    senderFault: failed.SenderFault ?? false,
  };
}

function missing(): EntryResult<never> {
  return {
    ok: false,
    failure: {
      code: 'MissingFromResponse',
      message: 'The answer says nothing about this entry',
      senderFault: false,
    },
  };
}
