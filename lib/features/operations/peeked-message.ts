import {
  DEAD_LETTER_REASON,
  DEAD_LETTER_SOURCE,
  decodeTask,
  type CodecLookup,
  type MessageFormat,
  type PeekedMessage,
  type PeekedTask,
  type ReceivedMessage,
} from '../../contracts/index.js';

/** How messages are shown: whose format reads them, and what is known of where they came from. */
export interface MessageReader {
  /** By whose name formats read that carry no pattern. */
  readonly queue: string;
  readonly format: MessageFormat;
  readonly codecs: CodecLookup;
  /** Receives after which the next one dead-letters; undefined where the queue has no dead-letter queue. */
  readonly maxReceiveCount: number | undefined;
  /** The logical name of a queue that is given by its ARN. */
  nameOf(arn: string): string;
}

export function peekedMessage(message: ReceivedMessage, reader: MessageReader): PeekedMessage {
  const { systemAttributes, attributes } = message;
  const receiveCount = Number(systemAttributes.ApproximateReceiveCount ?? 1);
  const { maxReceiveCount = Infinity } = reader;
  return {
    id: message.messageId,
    body: message.body,
    attributes,
    systemAttributes,
    receiveCount,
    sentAt: Number(systemAttributes.SentTimestamp ?? 0),
    groupId: systemAttributes.MessageGroupId,
    task: taskIn(message, reader),
    source: sourceOf(message, reader),
    reason: attributes[DEAD_LETTER_REASON]?.stringValue,
    isLastReceive: receiveCount >= maxReceiveCount,
  };
}

function taskIn(message: ReceivedMessage, reader: MessageReader): PeekedTask | undefined {
  const { format, queue, codecs } = reader;
  try {
    const { pattern, data, context = {} } = decodeTask(format, message, { queue, codecs });
    return { pattern, data, context };
  } catch {
    // What cannot be read is shown as it is: its body is there.
    return undefined;
  }
}

function sourceOf(message: ReceivedMessage, { nameOf }: MessageReader): string | undefined {
  const arn = message.systemAttributes.DeadLetterQueueSourceArn;
  if (arn !== undefined) return nameOf(arn);
  return message.attributes[DEAD_LETTER_SOURCE]?.stringValue;
}
