import {
  DEAD_LETTER_REASON,
  DEAD_LETTER_SOURCE,
  type MessageAttributes,
  type MessageEdit,
  type OutgoingMessage,
  type QueueHandle,
  type ReceivedMessage,
} from '../../contracts/index.js';

/** A dead letter on its way back. */
export function movedMessage(
  message: ReceivedMessage,
  destination: QueueHandle,
  edit: MessageEdit & { delaySeconds?: number | undefined },
): OutgoingMessage {
  const { AWSTraceHeader: traceHeader, MessageGroupId } = message.systemAttributes;
  const groupId = edit.groupId ?? MessageGroupId;
  return {
    body: edit.body ?? message.body,
    attributes: edit.attributes ?? withoutReasons(message.attributes),
    ...(edit.delaySeconds !== undefined && { delaySeconds: edit.delaySeconds }),
    ...(groupId !== undefined && { groupId }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(destination.isFifo && { deduplicationId: freshId(message) }),
  };
}

/**
 * Another id than the first send had, which SQS would take for a repetition within five minutes. It is the same for
 * each send of one dead letter, so that a send that is repeated after a crash arrives once; a message that fails again
 * has a new message id by then.
 */
function freshId({ messageId }: ReceivedMessage): string {
  return `redrive-${messageId}`;
}

/** What we wrote when we dead-lettered it was for those who look. */
function withoutReasons(attributes: MessageAttributes): MessageAttributes {
  const { [DEAD_LETTER_REASON]: _reason, [DEAD_LETTER_SOURCE]: _source, ...own } = attributes;
  return own;
}
