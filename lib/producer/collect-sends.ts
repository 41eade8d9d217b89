import { PartialSendError } from '../contracts/errors/index.js';
import type { FailedSend, SendAttempt, SucceededSend } from '../contracts/errors/index.js';
import type { SendResult } from '../contracts/sending.js';

export interface RunningSend extends SendAttempt {
  readonly sending: Promise<SendResult>;
}

/**
 * Waits for all and answers their results in order.
 * @throws PartialSendError where one or more failed; it lists both sides
 */
export async function collectSends(sends: readonly RunningSend[]): Promise<SendResult[]> {
  const settled = await Promise.allSettled(sends.map((send) => send.sending));
  const succeeded: SucceededSend[] = [];
  const failed: FailedSend[] = [];
  settled.forEach((outcome, i) => {
    const { index, queue, pattern, data } = sends[i];
    const facts = { index, queue, pattern, data };
    if (outcome.status === 'fulfilled') succeeded.push({ ...facts, result: outcome.value });
    else failed.push({ ...facts, error: outcome.reason });
  });
  if (failed.length > 0) throw new PartialSendError({ succeeded, failed });
  return succeeded.map((send) => send.result);
}
