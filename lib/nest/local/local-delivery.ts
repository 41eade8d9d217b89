import { randomUUID } from 'node:crypto';
import type { Clock, TaskDelivery, TaskMessage, TaskTarget } from '../../contracts/index.js';

export interface LocalDeliveryFacts {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly clock: Clock;
}

/** What a handler gets when it is run here: a first delivery without a queue behind it. */
export function localDelivery(facts: LocalDeliveryFacts): TaskDelivery {
  const { target, data, context, priority, clock } = facts;
  return {
    queue: target.queue,
    priority,
    message: localMessage(clock.wallNow()),
    pattern: target.pattern,
    packet: { pattern: target.pattern, data, context: { ...context } },
    data,
    context,
    attempt: 1,
    // Nobody takes it away, so it is never aborted.
    signal: new AbortController().signal,
    extend: async () => {},
    ack: () => {},
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
