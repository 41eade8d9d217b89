import type {
  MessageAttributes,
  MessageAttributeValue,
  ReceivedMessage,
  SystemAttributes,
} from '../../contracts/gateway.js';
import { writeHandle } from './receipt-handle.js';
import type { StoredMessage } from './stored-message.js';

/** Copies in and out, so that nobody changes a stored message from outside. */
export function copyAttributes(attributes: MessageAttributes = {}): MessageAttributes {
  const copy: [string, MessageAttributeValue][] = [];
  for (const [name, value] of Object.entries(attributes)) copy.push([name, copyValue(value)]);
  return Object.fromEntries(copy);
}

/** A message as a receive gives it. */
export function received(message: StoredMessage, queueSerial: number): ReceivedMessage {
  const { messageId, body, attributes } = message.facts;
  const { receipt, receivedAt } = message;
  return {
    messageId,
    receiptHandle: writeHandle({ queueSerial, messageId, receipt, receivedAt }),
    body,
    attributes: copyAttributes(attributes),
    systemAttributes: systemAttributesOf(message),
  };
}

// The names of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
function systemAttributesOf(message: StoredMessage): SystemAttributes {
  const { facts } = message;
  const attributes: SystemAttributes = {
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SentTimestamp: String(facts.sentAt),
    SenderId: SENDER_ID,
  };
  if (facts.groupId !== undefined) attributes.MessageGroupId = facts.groupId;
  if (facts.deduplicationId !== undefined) {
    attributes.MessageDeduplicationId = facts.deduplicationId;
  }
  if (message.sequenceNumber !== undefined) attributes.SequenceNumber = message.sequenceNumber;
  if (facts.traceHeader !== undefined) attributes.AWSTraceHeader = facts.traceHeader;
  if (facts.deadLetterSourceArn !== undefined) {
    attributes.DeadLetterQueueSourceArn = facts.deadLetterSourceArn;
  }
  return attributes;
}

const SENDER_ID = 'AIDAMEMORYQUEUESERVICE';

function copyValue(value: MessageAttributeValue): MessageAttributeValue {
  const binary = value.binaryValue;
  return binary === undefined ? { ...value } : { ...value, binaryValue: binary.slice() };
}
