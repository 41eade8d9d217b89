import type { MessageAttributes, MessageAttributeValue, OutgoingMessage } from './gateway.js';

/**
 * Bytes as SQS counts them against its limits: UTF-8 body, attribute names, types and values; never the trace header.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html}
 */
export function bytesOfMessage({
  body,
  attributes,
}: Pick<OutgoingMessage, 'body' | 'attributes'>): number {
  const bytes = Buffer.byteLength(body);
  return attributes === undefined ? bytes : bytes + bytesOfAttributes(attributes);
}

function bytesOfAttributes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.dataType) + bytesOfValue(value);
  }
  return bytes;
}

function bytesOfValue(value: MessageAttributeValue): number {
  return value.binaryValue?.byteLength ?? Buffer.byteLength(value.stringValue ?? '');
}
