import type {
  MessageAttributes,
  ReceivedMessage,
  SystemAttributes,
} from '../../../contracts/gateway.js';
import type { TaskMessage } from '../../../contracts/task.js';
import type { DeliveryRecord } from '../protocol.js';

/** The message, made again from what SQS gave. */
export class ReceivedMessageCopy implements TaskMessage {
  readonly raw: ReceivedMessage;
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: SystemAttributes;
  readonly receiveCount: number;
  readonly sentAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;

  constructor({ message, attributes, receiveCount, sentAt }: DeliveryRecord) {
    const { systemAttributes } = message;
    this.raw = message;
    this.id = message.messageId;
    this.body = message.body;
    this.attributes = attributes;
    this.systemAttributes = systemAttributes;
    this.receiveCount = receiveCount;
    this.sentAt = sentAt;
    this.groupId = systemAttributes.MessageGroupId;
    this.deduplicationId = systemAttributes.MessageDeduplicationId;
    this.sequenceNumber = systemAttributes.SequenceNumber;
  }
}
