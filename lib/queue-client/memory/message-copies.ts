import type {
  MessageAttributes,
  MessageAttributeValue,
  ReceivedMessage,
  SystemAttributes,
} from '../../contracts/gateway.js';
import { writeHandle } from './receipt-handle.js';
import type { StoredMessage } from './stored-message.js';

/** Copies in and out, so that nobody changes a stored message from outside. */
export function copyAttributes(attributes: MessageAttributes): MessageAttributes {
  const copy: [string, MessageAttributeValue][] = [];
  for (const [name, value] of Object.entries(attributes)) copy.push([name, copyValue(value)]);
  return Object.fromEntries(copy);
}

/** A message as a receive gives it. */
export function received(message: StoredMessage, queueSerial: number): ReceivedMessage {
  const { messageId, receipt, receivedAt } = message;
  return {
    messageId,
    receiptHandle: writeHandle({ queueSerial, messageId, receipt, receivedAt }),
    body: message.body,
    attributes: copyAttributes(message.attributes),
    systemAttributes: systemAttributesOf(message),
  };
}

// The names of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
function systemAttributesOf(message: StoredMessage): SystemAttributes {
  const attributes: SystemAttributes = {
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SentTimestamp: String(message.sentAt),
    SenderId: SENDER_ID,
  };
  if (message.groupId !== undefined) attributes.MessageGroupId = message.groupId;
  if (message.deduplicationId !== undefined) {
    attributes.MessageDeduplicationId = message.deduplicationId;
  }
  if (message.sequenceNumber !== undefined) attributes.SequenceNumber = message.sequenceNumber;
  if (message.traceHeader !== undefined) attributes.AWSTraceHeader = message.traceHeader;
  if (message.deadLetterSourceArn !== undefined) {
    attributes.DeadLetterQueueSourceArn = message.deadLetterSourceArn;
  }
  return attributes;
}

const SENDER_ID = 'AIDAMEMORYQUEUESERVICE';

function copyValue(value: MessageAttributeValue): MessageAttributeValue {
  const binary = value.binaryValue;
  return binary === undefined ? { ...value } : { ...value, binaryValue: binary.slice() };
}
