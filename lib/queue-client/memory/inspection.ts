import type { MessageAttributes } from '../../contracts/gateway.js';
import { copyAttributes } from './message-copies.js';
import type { MemoryQueue } from './memory-queue.js';
import type { QueueTotals } from './queue-core.js';
import type { StoredMessage } from './stored-message.js';

/** A message as a test sees it: without receiving it. */
export interface MemoryMessage {
  messageId: string;
  body: string;
  state: 'delayed' | 'visible' | 'inflight';
  receiveCount: number;
  attributes: MessageAttributes;
  groupId?: string;
  deduplicationId?: string;
  /** The queue that gave it up, where it was dead-lettered. */
  deadLetterSourceArn?: string;
}

/** What a queue holds now, and what went through it. */
export interface MemoryQueueStats extends QueueTotals {
  visible: number;
  delayed: number;
  inflight: number;
  /** Receives that wait. */
  openPolls: number;
}

export function inspectMessages(queue: MemoryQueue): MemoryMessage[] {
  return Array.from(queue.store.values(), asSeen);
}

export function inspectQueue(queue: MemoryQueue): MemoryQueueStats {
  const { visible, delayed, inflight } = queue.store.counts;
  return { ...queue.totals, visible, delayed, inflight, openPolls: queue.polls.count };
}

function asSeen(message: StoredMessage): MemoryMessage {
  const { messageId, body, groupId, deduplicationId, deadLetterSourceArn } = message.facts;
  return {
    messageId,
    body,
    receiveCount: message.receiveCount,
    state: message.state as MemoryMessage['state'],
    attributes: copyAttributes(message.facts.attributes),
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
    ...(deadLetterSourceArn !== undefined && { deadLetterSourceArn }),
  };
}
