import { randomUUID } from 'node:crypto';
import type { Clock, RunningDelivery, TaskMessage, TaskTarget } from '../../contracts/index.js';

export interface LocalDeliveryFacts {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly clock: Clock;
}

/** What a handler gets when it is run here: a first delivery without a queue behind it. */
export function localDelivery({
  target,
  data,
  context,
  priority,
  clock,
}: LocalDeliveryFacts): RunningDelivery {
  const { queue, pattern } = target;
  const packet = { pattern, data, context: { ...context } };
  const message = localMessage(clock.wallNow());
  return unleasedDelivery({ queue, priority, message, pattern, packet, data, context, meta: {} });
}

type DeliveryFacts = Pick<
  RunningDelivery,
  'queue' | 'priority' | 'message' | 'pattern' | 'packet' | 'data' | 'context' | 'meta'
>;

/** A first delivery that no worker holds: nobody takes it away, so only its own limits abort it. */
export function unleasedDelivery(facts: DeliveryFacts): RunningDelivery {
  const controller = new AbortController();
  return {
    ...facts,
    attempt: 1,
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
