import { DEAD_LETTER_REASON, DEAD_LETTER_SOURCE } from '../contracts/dead-letters.js';
import { GatewayError } from '../contracts/errors/index.js';
import type { MessageAttributes, OutgoingMessage } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import { bytesOfMessage } from '../contracts/message-size.js';
import type { DeadLetterHandle } from '../contracts/queue-handle.js';
import type { TaskMessage } from '../contracts/task.js';
import { printable, shortened } from '../primitives/printable.js';

const maxReasonLength = 500;

/**
 * Sends a copy of a message to its dead-letter queue. Where that refuses it with the reason, which adds to its size, it
 * goes without: what that queue takes may be less than what SQS takes.
 * @throws Error where it was not accepted
 */
export async function sendDeadLetterCopy(
  deadLetter: DeadLetterHandle,
  message: TaskMessage,
  { queue, reason }: { queue: string; reason: string },
): Promise<void> {
  const copy = deadLetterCopy(message, { queue, reason, isFifo: deadLetter.isFifo });
  const refusal = await refusalOf(deadLetter, copy);
  if (refusal === undefined) return;
  if (copy.attributes === message.attributes) throw refusal;
  const last = await refusalOf(deadLetter, { ...copy, attributes: message.attributes });
  if (last !== undefined) throw last;
}

/** Sends it; answers why the message itself is refused, where it is. @throws for any other failure */
async function refusalOf(
  { gateway, url }: DeadLetterHandle,
  copy: OutgoingMessage,
): Promise<Error | undefined> {
  try {
    const [result] = await gateway.sendBatch(url, [copy]);
    if (result?.ok) return undefined;
    const refusal = new Error(result?.failure.message ?? 'no answer');
    if (result?.failure.senderFault) return refusal;
    throw refusal;
  } catch (error) {
    if (error instanceof GatewayError && error.kind === 'invalid-request') return error;
    throw error;
  }
}

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
