import type { MessageAttributes, ReceivedMessage, SystemAttributes } from '../contracts/gateway.js';
import type { TaskMessage } from '../contracts/task.js';

/** A received message with its facts read on demand: most handlers look at few of them. */
export class ReceivedTaskMessage implements TaskMessage {
  private unwrapped: MessageAttributes | undefined;

  constructor(readonly raw: ReceivedMessage) {}

  /** Adds attributes that lay inside of the body. */
  unwrap(attributes: MessageAttributes): void {
    this.unwrapped = { ...this.raw.attributes, ...attributes };
  }

  get id(): string {
    return this.raw.messageId;
  }

  get body(): string {
    return this.raw.body;
  }

  get attributes(): MessageAttributes {
    return this.unwrapped ?? this.raw.attributes;
  }

  get systemAttributes(): SystemAttributes {
    return this.raw.systemAttributes;
  }

  get receiveCount(): number {
    return Number(this.raw.systemAttributes.ApproximateReceiveCount ?? 1);
  }

  get sentAt(): number {
    return Number(this.raw.systemAttributes.SentTimestamp ?? 0);
  }

  get groupId(): string | undefined {
    return this.raw.systemAttributes.MessageGroupId;
  }

  get deduplicationId(): string | undefined {
    return this.raw.systemAttributes.MessageDeduplicationId;
  }

  get sequenceNumber(): string | undefined {
    return this.raw.systemAttributes.SequenceNumber;
  }
}
