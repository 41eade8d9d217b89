import { randomUUID } from 'node:crypto';
import type { Clock, RunningDelivery, TaskMessage, TaskTarget } from '../../contracts/index.js';

export interface LocalDeliveryFacts {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
}

/** What a handler gets when it is run here: a first delivery without a queue behind it. */
export function localDelivery(facts: LocalDeliveryFacts): RunningDelivery {
  const controller = new AbortController();
  const { target, data, context, clock } = facts;
  return {
    queue: target.queue,
    message: localMessage(clock.wallNow()),
    pattern: target.pattern,
    packet: { pattern: target.pattern, data, context: { ...context } },
    data,
    context,
    attempt: 1,
    // Nobody takes it away: only its own limits abort it.
    signal: controller.signal,
    abort(error) {
      this.onAbort?.(error);
      controller.abort(error);
    },
    extend: async () => {},
    ack: () => {},
    progress(value) {
      this.onProgress?.(value);
    },
    onAbort: undefined,
    onProgress: undefined,
  };
}

function localMessage(sentAt: number): TaskMessage {
  const id = randomUUID();
  return {
    id,
    body: '',
    attributes: {},
    systemAttributes: {},
    receiveCount: 1,
    sentAt,
    groupId: undefined,
    deduplicationId: undefined,
    sequenceNumber: undefined,
    raw: { messageId: id, receiptHandle: '', body: '', attributes: {}, systemAttributes: {} },
  };
}
