import type { RunningDelivery, TaskMessage } from '../../../lib/contracts/index.js';

export interface DeliveryFacts {
  queue?: string;
  pattern?: string;
  data?: unknown;
  id?: string;
  body?: string;
  context?: Record<string, unknown>;
  meta?: Record<string, unknown>;
  receiveCount?: number;
}

export interface FakeDelivery extends RunningDelivery {
  readonly acked: number;
  readonly extendedBy: readonly number[];
}

/** A delivery as the engine would make it, with what handlers did to it written down. */
export function fakeDelivery(facts: DeliveryFacts = {}): FakeDelivery {
  const controller = new AbortController();
  const extendedBy: number[] = [];
  let acked = 0;
  return {
    queue: facts.queue ?? 'emails',
    priority: 0,
    pattern: facts.pattern ?? 'send_email',
    message: fakeMessage(facts),
    packet: undefined,
    data: facts.data,
    context: facts.context ?? {},
    meta: facts.meta ?? {},
    attempt: facts.receiveCount ?? 1,
    signal: controller.signal,
    abort: (error) => controller.abort(error),
    onAbort: undefined,
    onProgress: undefined,
    extendedBy,
    get acked() {
      return acked;
    },
    extend: async (seconds) => void extendedBy.push(seconds),
    ack: () => void acked++,
    progress: () => {},
  };
}

function fakeMessage(facts: DeliveryFacts): TaskMessage {
  const { id = 'm-1', body = '{}', receiveCount = 1 } = facts;
  return {
    id,
    body,
    attributes: {},
    systemAttributes: {},
    receiveCount,
    sentAt: 0,
    groupId: undefined,
    deduplicationId: undefined,
    sequenceNumber: undefined,
    raw: { messageId: id, receiptHandle: `r-${id}`, body, attributes: {}, systemAttributes: {} },
  };
}
