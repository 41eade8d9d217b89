import type { ReceivedMessage, ReceiveRequest } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { received } from './message-copies.js';
import type { QueueCore } from './queue-core.js';
import { ReceiveAttempts } from './receive-attempts.js';
import type { ReceiveTurn } from './shelf.js';
import type { NewMessage, StoredMessage } from './stored-message.js';

/** How messages are given to receivers, or to the dead-letter queue instead. */
export class Handout {
  private readonly attempts = new ReceiveAttempts();
  private receipts = 0;

  constructor(private readonly core: QueueCore) {}

  /** What there is now for this receive, at most to the in-flight limit. */
  take(request: ReceiveRequest): ReceivedMessage[] {
    const now = this.core.clock.now();
    const messages = this.again(request, now) ?? this.takeNew(request, now);
    return messages.map((message) => received(message, this.core.facts.serial));
  }

  // Over the limit a standard queue refuses, a FIFO queue gives nothing: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
  hasRoom(): boolean {
    return this.core.store.counts.inflight < this.core.inFlightLimit;
  }

  private takeNew(request: ReceiveRequest, now: number): StoredMessage[] {
    const turn: ReceiveTurn = {};
    const taken: StoredMessage[] = [];
    while (taken.length < request.maxMessages && this.hasRoom()) {
      const message = this.core.store.next(turn);
      if (message === undefined) break;
      if (this.deadLetter(message, now)) continue;
      this.give(message, now, now + this.visibilityMs(request));
      taken.push(message);
    }
    this.afterReceive(request, taken, now);
    return taken;
  }

  private give(message: StoredMessage, now: number, until: number): void {
    message.receiveCount++;
    message.receipt = ++this.receipts;
    message.receivedAt = now;
    message.touched = false;
    message.firstReceivedAt ??= this.core.clock.wallNow();
    this.core.store.hold(message, until);
    this.core.totals.received++;
  }

  private afterReceive(request: ReceiveRequest, taken: StoredMessage[], now: number): void {
    // A timeout of nothing gives the messages back at once, but not twice to one receive.
    if (this.visibilityMs(request) === 0) {
      for (const message of taken) this.core.store.release(message);
    }
    const id = request.receiveRequestAttemptId;
    if (this.core.isFifo && id !== undefined && taken.length > 0) {
      this.attempts.remember(id, taken, now);
    }
  }

  // A repeated attempt: the same messages and handles, their visibility timeout begun anew (see ReceiveAttempts).
  private again(request: ReceiveRequest, now: number): StoredMessage[] | undefined {
    const id = request.receiveRequestAttemptId;
    if (!this.core.isFifo || id === undefined) return undefined;
    const messages = this.attempts.find(id, now);
    for (const message of messages ?? []) {
      const end = Math.min(now + this.visibilityMs(request), message.receivedAt + LEASE_LIMIT_MS);
      this.core.store.hold(message, end);
    }
    return messages;
  }

  private visibilityMs(request: ReceiveRequest): number {
    const seconds = request.visibilityTimeoutSeconds;
    return seconds === undefined ? this.core.settings.visibilityTimeoutMs : seconds * 1_000;
  }

  // Moved instead of being received once more than maxReceiveCount: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  private deadLetter(message: StoredMessage, now: number): boolean {
    const policy = this.core.settings.redrive;
    if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
    const target = this.core.findQueue(policy.deadLetterTargetArn);
    if (target === undefined) return false;
    this.core.store.remove(message);
    this.core.totals.deadLettered++;
    target.accept(this.asDeadLetter(message, now), now);
    return true;
  }

  // Standard keeps the time of sending, FIFO begins anew: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
  // The receive count begins anew: a dead-letter queue counts its own receives.
  private asDeadLetter(message: StoredMessage, now: number): NewMessage {
    const deadLetter = { ...message.facts, deadLetterSourceArn: this.core.facts.arn };
    if (!this.core.isFifo) return deadLetter;
    return {
      ...deadLetter,
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
      deduplicationId: message.facts.messageId,
      enqueuedAt: now,
      sentAt: this.core.clock.wallNow(),
    };
  }
}

const LEASE_LIMIT_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1_000;
