import { randomUUID } from 'node:crypto';
import type { EntryResult, OutgoingMessage, SentMessage } from '../../contracts/gateway.js';
import { deduplicationIdOf, deduplicationKey, deduplicationWindow } from './deduplication.js';
import { copyAttributes } from './message-copies.js';
import { findFault } from './message-rules.js';
import type { QueueCore } from './queue-core.js';
import { entryFailure, entrySuccess } from './refusals.js';
import { type NewMessage, StoredMessage } from './stored-message.js';

/** How messages come into a queue. */
export class Intake {
  private readonly before = deduplicationWindow();
  private sequence = 0;

  constructor(private readonly core: QueueCore) {}

  send(entry: OutgoingMessage, now: number): EntryResult<SentMessage> {
    const { isFifo, settings } = this.core;
    const fault = findFault(entry, { isFifo, ...settings });
    if (fault !== undefined) return entryFailure(fault.code, fault.message);
    return entrySuccess(isFifo ? this.sendOnce(entry, now) : this.put(entry, undefined, now));
  }

  /** Takes in a message that another queue gave up, or that a move task brings. */
  accept(message: NewMessage, now: number): void {
    const stored = new StoredMessage(message, this.nextSequenceNumber());
    // The queue's delay is for what is sent to it; AWS's pages name none for what is moved.
    this.core.store.add(stored, now, now);
  }

  // A duplicate is answered like the first and not stored (see deduplicationWindow).
  private sendOnce(entry: OutgoingMessage, now: number): SentMessage {
    const id = deduplicationIdOf(entry);
    const perGroup = this.core.settings.deduplicatesPerGroup;
    const key = deduplicationKey(id, entry.groupId ?? '', perGroup);
    const first = this.before.get(key, now);
    if (first !== undefined) return first;
    const sent = this.put(entry, id, now);
    this.before.set(key, sent, now);
    return sent;
  }

  private put(
    entry: OutgoingMessage,
    deduplicationId: string | undefined,
    now: number,
  ): SentMessage {
    const facts = {
      messageId: randomUUID(),
      body: entry.body,
      attributes: copyAttributes(entry.attributes),
      traceHeader: entry.traceHeader,
      groupId: entry.groupId,
      deduplicationId,
      deadLetterSourceArn: undefined,
      enqueuedAt: now,
      sentAt: this.core.clock.wallNow(),
    };
    const message = new StoredMessage(facts, this.nextSequenceNumber());
    this.core.store.add(message, now + this.delayMs(entry), now);
    this.core.totals.sent++;
    const { sequenceNumber } = message;
    const { messageId } = facts;
    return sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
  }

  // The message's own delay beats the queue's, even 0: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html
  private delayMs(entry: OutgoingMessage): number {
    return entry.delaySeconds === undefined
      ? this.core.settings.delayMs
      : entry.delaySeconds * 1_000;
  }

  // FIFO only, twenty digits that grow: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  private nextSequenceNumber(): string | undefined {
    return this.core.isFifo ? `1${String(this.sequence++).padStart(19, '0')}` : undefined;
  }
}
