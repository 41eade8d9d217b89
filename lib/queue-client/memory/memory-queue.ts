import { randomUUID } from 'node:crypto';
import type { Clock } from '../../contracts/clock.js';
import type {
  EntryResult,
  OutgoingMessage,
  ReceivedMessage,
  ReceiveRequest,
  SentMessage,
  VisibilityChange,
} from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { deduplicationIdOf, deduplicationKey, deduplicationWindow } from './deduplication.js';
import { LongPolls } from './long-polls.js';
import { copyAttributes, received } from './message-copies.js';
import { findFault, sizeOf } from './message-rules.js';
import { MessageStore } from './message-store.js';
import { type QueueSettings, readSettings } from './queue-attributes.js';
import { readHandle, type ReceiptHandle } from './receipt-handle.js';
import { ReceiveAttempts } from './receive-attempts.js';
import { entryFailure, entrySuccess, Refusal } from './refusals.js';
import type { ReceiveTurn } from './shelf.js';
import { type NewMessage, type StoredMessage, storedMessage } from './stored-message.js';

export interface QueueFacts {
  name: string;
  url: string;
  arn: string;
  /** Told apart from a queue of the same name that was deleted: old handles are not of this one. */
  serial: number;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

interface Collaborators {
  clock: Clock;
  inFlightLimit: number;
  /** The queue with this ARN, if it exists. */
  findQueue(arn: string): MemoryQueue | undefined;
  /** Brings what moves between queues up to the present. */
  catchUp(): void;
  /** When something next moves between queues by itself. */
  nextMoveAt(): number | undefined;
}

/** Messages that went through a queue since it was made. */
export interface QueueTotals {
  sent: number;
  /** Deliveries: a message received twice counts twice. */
  received: number;
  deleted: number;
  expired: number;
  deadLettered: number;
}

/** One queue: what SQS does with the messages in it. */
export class MemoryQueue {
  readonly isFifo: boolean;
  readonly polls: LongPolls;
  readonly totals: QueueTotals = { sent: 0, received: 0, deleted: 0, expired: 0, deadLettered: 0 };
  readonly store: MessageStore;
  readonly createdAt: number;
  modifiedAt: number;
  private settings: QueueSettings;
  private readonly clock: Clock;
  private readonly attempts = new ReceiveAttempts();
  private readonly sentBefore = deduplicationWindow();
  private sequence = 0;
  private receipts = 0;
  private purgedAt = -Infinity;

  constructor(
    readonly facts: QueueFacts,
    private readonly parts: Collaborators,
  ) {
    this.clock = parts.clock;
    this.isFifo = facts.attributes['FifoQueue'] === 'true';
    this.store = new MessageStore(this.isFifo);
    this.settings = readSettings(facts.attributes);
    this.createdAt = this.modifiedAt = this.clock.wallNow();
    this.polls = new LongPolls({
      clock: this.clock,
      take: (request) => this.take(request),
      nextEventAt: () => earlier(this.store.nextDueAt, this.parts.nextMoveAt()),
      refresh: () => this.refresh(),
    });
  }

  /** Brings the queue up to the present and serves those who wait. */
  refresh(): void {
    this.parts.catchUp();
    this.settle(this.clock.now());
    this.polls.serve();
  }

  /** Ends the delays, visibility timeouts and retentions that are over at `now`. */
  settle(now: number): void {
    this.store.releaseDue(now);
    // Retention counts from the sending, for messages in flight too: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    const limit = now - this.settings.retentionMs;
    for (let old = this.store.oldestUntil(limit); old; old = this.store.oldestUntil(limit)) {
      this.store.remove(old);
      this.totals.expired++;
    }
  }

  send(entries: readonly OutgoingMessage[]): EntryResult<SentMessage>[] {
    checkBatch(entries);
    checkBatchSize(entries);
    const now = this.clock.now();
    const results = entries.map((entry) => this.sendOne(entry, now));
    this.polls.serve();
    return results;
  }

  /** Gives what is there now. Throws `OverLimit`; for a FIFO queue the same is an empty answer. */
  receive(request: ReceiveRequest): ReceivedMessage[] {
    checkReceive(request);
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    if (!this.isFifo && this.store.counts.inflight >= this.parts.inFlightLimit) {
      throw new Refusal(
        'OverLimit',
        `The queue has ${this.parts.inFlightLimit} messages in flight, which is the most it may have.`,
      );
    }
    const messages = this.take(request);
    // Dead-lettering inside the receive may have let the next of a group through to those who wait.
    this.polls.serve();
    return messages;
  }

  delete(handles: readonly string[]): EntryResult[] {
    checkBatch(handles);
    const results = handles.map((handle) => this.deleteOne(handle));
    this.polls.serve();
    return results;
  }

  changeVisibility(entries: readonly VisibilityChange[]): EntryResult[] {
    checkBatch(entries);
    const now = this.clock.now();
    const results = entries.map((entry) => this.changeOne(entry, now));
    this.polls.serve();
    return results;
  }

  // Once in 60 seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
  purge(): void {
    const now = this.clock.now();
    if (now - this.purgedAt < SQS_LIMITS.purgeIntervalSeconds * 1_000) {
      throw new Refusal(
        'PurgeQueueInProgress',
        `Only one purge is allowed every ${SQS_LIMITS.purgeIntervalSeconds} seconds.`,
      );
    }
    this.purgedAt = now;
    this.store.clear();
  }

  setAttributes(attributes: Record<string, string>): void {
    Object.assign(this.facts.attributes, attributes);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === '') delete this.facts.attributes[name];
    }
    this.settings = readSettings(this.facts.attributes);
    this.modifiedAt = this.clock.wallNow();
    this.refresh();
  }

  get redrive(): QueueSettings['redrive'] {
    return this.settings.redrive;
  }

  /** Takes in a message that another queue gave up, or that a move task brings. */
  accept(message: NewMessage, now: number): void {
    const sequenceNumber = this.isFifo ? this.nextSequenceNumber() : undefined;
    // The delay of a queue holds for what is sent to it, not for what is moved: nothing in AWS's pages says otherwise.
    this.store.add(storedMessage({ ...message, sequenceNumber }), now, now);
  }

  private sendOne(entry: OutgoingMessage, now: number): EntryResult<SentMessage> {
    const fault = findFault(entry, { isFifo: this.isFifo, ...this.settings });
    if (fault !== undefined) return entryFailure(fault.code, fault.message);
    return entrySuccess(this.isFifo ? this.sendFifo(entry, now) : this.put(entry, undefined, now));
  }

  private sendFifo(entry: OutgoingMessage, now: number): SentMessage {
    const id = deduplicationIdOf(entry);
    const key = deduplicationKey(id, entry.groupId ?? '', this.settings.deduplicatesPerGroup);
    const before = this.sentBefore.get(key, now);
    if (before !== undefined) return before;
    const sent = this.put(entry, id, now);
    this.sentBefore.set(key, sent, now);
    return sent;
  }

  private put(
    entry: OutgoingMessage,
    deduplicationId: string | undefined,
    now: number,
  ): SentMessage {
    const message = storedMessage({
      messageId: randomUUID(),
      body: entry.body,
      attributes: copyAttributes(entry.attributes ?? {}),
      traceHeader: entry.traceHeader,
      groupId: entry.groupId,
      deduplicationId,
      sequenceNumber: this.isFifo ? this.nextSequenceNumber() : undefined,
      deadLetterSourceArn: undefined,
      enqueuedAt: now,
      sentAt: this.clock.wallNow(),
    });
    // The message's own delay beats the queue's, even 0: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html
    const delayMs =
      entry.delaySeconds === undefined ? this.settings.delayMs : entry.delaySeconds * 1_000;
    this.store.add(message, now + delayMs, now);
    this.totals.sent++;
    const { messageId, sequenceNumber } = message;
    return sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
  }

  // Twenty digits, growing over the whole queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  private nextSequenceNumber(): string {
    return `1${String(this.sequence++).padStart(19, '0')}`;
  }

  private take(request: ReceiveRequest): ReceivedMessage[] {
    const now = this.clock.now();
    const messages = this.again(request, now) ?? this.takeNew(request, now);
    return messages.map((message) => received(message, this.handleOf(message)));
  }

  private takeNew(request: ReceiveRequest, now: number): StoredMessage[] {
    const turn: ReceiveTurn = {};
    const taken: StoredMessage[] = [];
    while (taken.length < request.maxMessages && this.mayHoldMore()) {
      const message = this.store.next(turn);
      if (message === undefined) break;
      if (this.deadLetter(message, now)) continue;
      this.markReceived(message, now);
      this.store.hold(message, now + this.visibilityMs(request));
      taken.push(message);
    }
    this.afterReceive(request, taken, now);
    return taken;
  }

  private mayHoldMore(): boolean {
    return this.store.counts.inflight < this.parts.inFlightLimit;
  }

  private markReceived(message: StoredMessage, now: number): void {
    message.receiveCount++;
    message.receipt = ++this.receipts;
    message.receivedAt = now;
    message.touched = false;
    message.firstReceivedAt ??= this.clock.wallNow();
  }

  private afterReceive(request: ReceiveRequest, taken: StoredMessage[], now: number): void {
    this.totals.received += taken.length;
    // A timeout of nothing gives the message back at once.
    if (this.visibilityMs(request) === 0) for (const message of taken) this.store.release(message);
    const id = request.receiveRequestAttemptId;
    if (this.isFifo && id !== undefined && taken.length > 0) this.attempts.remember(id, taken, now);
  }

  /** A repeated attempt: the same messages and handles, their visibility timeout begun anew (see ReceiveAttempts). */
  private again(request: ReceiveRequest, now: number): StoredMessage[] | undefined {
    const id = request.receiveRequestAttemptId;
    if (!this.isFifo || id === undefined) return undefined;
    const messages = this.attempts.find(id, now);
    for (const message of messages ?? []) {
      const end = Math.min(now + this.visibilityMs(request), message.receivedAt + LEASE_LIMIT_MS);
      this.store.hold(message, end);
    }
    return messages;
  }

  private visibilityMs(request: ReceiveRequest): number {
    const seconds = request.visibilityTimeoutSeconds;
    return seconds === undefined ? this.settings.visibilityTimeoutMs : seconds * 1_000;
  }

  // Moved instead of being received once more than maxReceiveCount: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  private deadLetter(message: StoredMessage, now: number): boolean {
    const policy = this.settings.redrive;
    if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
    const target = this.parts.findQueue(policy.deadLetterTargetArn);
    if (target === undefined) return false;
    this.store.remove(message);
    this.totals.deadLettered++;
    target.accept(this.asDeadLetter(message, now), now);
    // Not from within this receive: the target may be the queue itself.
    queueMicrotask(() => target.polls.serve());
    return true;
  }

  // Standard keeps the time of sending, FIFO begins anew and takes the message id for deduplication:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
  private asDeadLetter(message: StoredMessage, now: number): NewMessage {
    const deadLetter = { ...message, deadLetterSourceArn: this.facts.arn };
    if (!this.isFifo) return deadLetter;
    return {
      ...deadLetter,
      deduplicationId: message.messageId,
      enqueuedAt: now,
      sentAt: this.clock.wallNow(),
    };
  }

  private handleOf(message: StoredMessage): ReceiptHandle {
    const { messageId, receipt, receivedAt } = message;
    return { queueSerial: this.facts.serial, messageId, receipt, receivedAt };
  }

  private readOwn(text: string): ReceiptHandle | undefined {
    const handle = readHandle(text);
    return handle?.queueSerial === this.facts.serial ? handle : undefined;
  }

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
  private deleteOne(text: string): EntryResult {
    const handle = this.readOwn(text);
    if (handle === undefined) return invalidHandle(text);
    const message = this.store.find(handle.messageId);
    // Deleting again what is deleted is fine, on both kinds of queue.
    if (message === undefined) return entrySuccess(undefined);
    const isLatest = message.receipt === handle.receipt;
    // FIFO refuses a handle whose visibility timeout is over.
    if (this.isFifo && !(isLatest && message.state === 'inflight')) return expiredHandle();
    if (this.clock.now() - handle.receivedAt > LEASE_LIMIT_MS) return expiredHandle();
    // A standard queue says yes to an old handle, and deletes nothing.
    if (isLatest) this.removeDeleted(message);
    return entrySuccess(undefined);
  }

  private removeDeleted(message: StoredMessage): void {
    this.store.remove(message);
    this.totals.deleted++;
  }

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
  private changeOne(entry: VisibilityChange, now: number): EntryResult {
    const handle = this.readOwn(entry.receiptHandle);
    if (handle === undefined) return invalidHandle(entry.receiptHandle);
    const timeoutMs = entry.visibilityTimeoutSeconds * 1_000;
    if (!isWithin(entry.visibilityTimeoutSeconds, 0, SQS_LIMITS.visibilityTimeoutSeconds)) {
      return entryFailure(
        'InvalidParameterValue',
        `VisibilityTimeout must be from 0 to ${SQS_LIMITS.visibilityTimeoutSeconds}, got ${entry.visibilityTimeoutSeconds}.`,
      );
    }
    const message = this.store.find(handle.messageId);
    if (message === undefined)
      return entryFailure(
        'InvalidParameterValue',
        'The message does not exist or is not available for visibility timeout change.',
      );
    if (message.receipt !== handle.receipt) return expiredHandle();
    if (message.state !== 'inflight')
      return entryFailure('MessageNotInflight', 'The message is not in flight.');
    // Over 12 h from the receive is an error, never cut short: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
    if (now + timeoutMs - message.receivedAt > LEASE_LIMIT_MS)
      return entryFailure(
        'InvalidParameterValue',
        `Total VisibilityTimeout for the message is beyond the limit [${SQS_LIMITS.visibilityTimeoutSeconds} seconds].`,
      );
    this.applyChange(message, now, timeoutMs);
    return entrySuccess(undefined);
  }

  private applyChange(message: StoredMessage, now: number, timeoutMs: number): void {
    message.touched = true;
    if (timeoutMs === 0) this.store.release(message);
    else this.store.hold(message, now + timeoutMs);
  }
}

const LEASE_LIMIT_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1_000;

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

// One to ten entries: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
function checkBatch(entries: readonly unknown[]): void {
  if (entries.length === 0) throw new Refusal('EmptyBatchRequest', 'The batch has no entries.');
  if (entries.length <= SQS_LIMITS.batchEntries) return;
  throw new Refusal(
    'TooManyEntriesInBatchRequest',
    `A batch has at most ${SQS_LIMITS.batchEntries} entries, got ${entries.length}.`,
  );
}

// All entries together: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
function checkBatchSize(entries: readonly OutgoingMessage[]): void {
  if (entries.length === 1) return;
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes <= SQS_LIMITS.messageBytes) return;
  throw new Refusal(
    'BatchRequestTooLong',
    `A batch holds at most ${SQS_LIMITS.messageBytes} bytes, got ${bytes}.`,
  );
}

// Ranges: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
function checkReceive(request: ReceiveRequest): void {
  checkRange('MaxNumberOfMessages', request.maxMessages, 1, SQS_LIMITS.batchEntries);
  checkRange('WaitTimeSeconds', request.waitTimeSeconds, 0, SQS_LIMITS.waitTimeSeconds);
  const visibility = request.visibilityTimeoutSeconds ?? 0;
  checkRange('VisibilityTimeout', visibility, 0, SQS_LIMITS.visibilityTimeoutSeconds);
}

function checkRange(name: string, value: number, low: number, high: number): void {
  if (isWithin(value, low, high)) return;
  throw new Refusal(
    'InvalidParameterValue',
    `${name} must be from ${low} to ${high}, got ${value}.`,
  );
}

function invalidHandle(text: string): EntryResult {
  return entryFailure('ReceiptHandleIsInvalid', `"${text}" is not a receipt handle of this queue.`);
}

function expiredHandle(): EntryResult {
  return entryFailure('ReceiptHandleIsInvalid', 'The receipt handle has expired.');
}
