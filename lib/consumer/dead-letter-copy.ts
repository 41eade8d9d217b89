import { DEAD_LETTER_REASON, DEAD_LETTER_SOURCE } from '../contracts/dead-letters.js';
import type { MessageAttributes, OutgoingMessage } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import { bytesOfMessage } from '../contracts/message-size.js';
import type { TaskMessage } from '../contracts/task.js';
import { printable, shortened } from '../primitives/printable.js';

const maxReasonLength = 500;

/** The same body and attributes as SQS gave them, with the reason where it fits. */
export function deadLetterCopy(
  message: TaskMessage,
  facts: { queue: string; reason: string; isFifo: boolean },
): OutgoingMessage {
  const copy: OutgoingMessage = {
    body: message.body,
    attributes: withReason(message, facts),
  };
  if (message.systemAttributes.AWSTraceHeader !== undefined) {
    copy.traceHeader = message.systemAttributes.AWSTraceHeader;
  }
  if (message.groupId !== undefined) copy.groupId = message.groupId;
  // As SQS does on its own redrive, so that a copy made twice arrives once.
  if (facts.isFifo) copy.deduplicationId = message.id;
  return copy;
}

function withReason(
  message: TaskMessage,
  { queue, reason }: { queue: string; reason: string },
): MessageAttributes {
  const reasons: MessageAttributes = {
    [DEAD_LETTER_REASON]: { dataType: 'String', stringValue: carriable(reason) },
    [DEAD_LETTER_SOURCE]: { dataType: 'String', stringValue: queue },
  };
  const { attributes } = message.raw;
  const all = { ...attributes, ...reasons };
  const fits =
    Object.keys(all).length <= SQS_LIMITS.messageAttributes &&
    bytesOfMessage({ body: message.body, attributes: all }) <= SQS_LIMITS.messageBytes;
  return fits ? all : attributes;
}

/** SQS refuses control characters, half surrogates and empty values. */
function carriable(reason: string): string {
  const text = printable(shortened(reason, maxReasonLength));
  return Buffer.from(text, 'utf8').toString('utf8') || 'no reason given';
}
