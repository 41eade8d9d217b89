import { createHash } from 'node:crypto';
import type { EntryResult, ReceivedMessage, SentMessage } from 'nestjs-sqs-tasks';

export interface SqsRequest {
  QueueName?: string;
  QueueNamePrefix?: string;
  NextToken?: string;
  MaxResults?: number;
  QueueUrl?: string;
  Attributes?: Record<string, string>;
  AttributeNames?: string[];
  tags?: Record<string, string>;
  Tags?: Record<string, string>;
  MaxNumberOfMessages?: number;
  WaitTimeSeconds?: number;
  VisibilityTimeout?: number;
  ReceiveRequestAttemptId?: string;
  ReceiptHandle?: string;
  SourceArn?: string;
  DestinationArn?: string;
  MaxNumberOfMessagesPerSecond?: number;
  TaskHandle?: string;
  MessageBody?: string;
  Entries?: SqsEntry[];
}

export interface SqsEntry {
  Id: string;
  MessageBody?: string;
  MessageAttributes?: Record<string, JsonAttribute>;
  MessageSystemAttributes?: { AWSTraceHeader?: JsonAttribute };
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  ReceiptHandle?: string;
  VisibilityTimeout?: number;
}

interface JsonAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

export function toOutgoing(entry: SqsEntry) {
  const { MessageAttributes = {}, DelaySeconds, MessageGroupId, MessageDeduplicationId } = entry;
  const traceHeader = entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [
    name,
    {
      dataType: value.DataType,
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && {
        binaryValue: Buffer.from(value.BinaryValue, 'base64'),
      }),
    },
  ]);
  return {
    body: entry.MessageBody ?? '',
    attributes: Object.fromEntries(attributes),
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
    ...(MessageGroupId !== undefined && { groupId: MessageGroupId }),
    ...(MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

export function toJsonMessage(message: ReceivedMessage): object {
  const attributes = Object.entries(message.attributes).map(([name, value]) => [
    name,
    {
      DataType: value.dataType,
      StringValue: value.stringValue,
      BinaryValue: value.binaryValue && Buffer.from(value.binaryValue).toString('base64'),
    },
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    Attributes: message.systemAttributes,
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
  };
}

export function sentFacts(value: SentMessage, entry: SqsEntry) {
  return {
    MessageId: value.messageId,
    SequenceNumber: value.sequenceNumber,
    MD5OfMessageBody: md5(entry.MessageBody ?? ''),
  };
}

export function batchAnswer<T>(
  entries: readonly SqsEntry[],
  results: readonly EntryResult<T>[],
  factsOf: (value: T, entry: SqsEntry) => object,
) {
  const both = { Successful: [] as object[], Failed: [] as object[] };
  for (const [index, entry] of entries.entries()) {
    const result = results[index];
    if (result?.ok) {
      both.Successful.push({ Id: entry.Id, ...factsOf(result.value, entry) });
    } else if (result !== undefined) {
      const { code, message, senderFault } = result.failure;
      both.Failed.push({ Id: entry.Id, Code: code, Message: message, SenderFault: senderFault });
    }
  }
  return both;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
