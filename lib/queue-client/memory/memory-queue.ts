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
import { Handout } from './handout.js';
import { Intake } from './intake.js';
import { LongPolls } from './long-polls.js';
import { MessageStore } from './message-store.js';
import { type QueueSettings, readSettings } from './queue-attributes.js';
import type { QueueCore, QueueFacts, QueueTotals } from './queue-core.js';
import { Refusal } from './refusals.js';
import { checkBatch, checkBatchSize, checkReceive } from './request-rules.js';
import { Settlements } from './settlements.js';
import type { NewMessage } from './stored-message.js';

interface Collaborators {
  clock: Clock;
  inFlightLimit: number;
  ignoresExpiredHandles: boolean;
  /** The queue with this ARN, if it exists. */
  findQueue(arn: string): MemoryQueue | undefined;
  /** Brings what moves between queues up to the present. */
  catchUp(): void;
  /** When something next moves between queues by itself. */
  nextMoveAt(): number | undefined;
}

/** One queue: what SQS does with the messages in it. */
export class MemoryQueue {
  readonly polls: LongPolls;
  readonly createdAt: number;
  modifiedAt: number;
  private readonly core: QueueCore;
  private readonly intake: Intake;
  private readonly handout: Handout;
  private readonly settlements: Settlements;
  private purgedAt = -Infinity;

  constructor(
    facts: QueueFacts,
    private readonly parts: Collaborators,
  ) {
    this.core = newCore(facts, parts);
    this.intake = new Intake(this.core);
    this.handout = new Handout(this.core);
    this.settlements = new Settlements(this.core);
    this.createdAt = this.modifiedAt = parts.clock.wallNow();
    this.polls = new LongPolls({
      clock: parts.clock,
      take: (request) => this.handout.take(request),
      nextEventAt: () => earlier(this.store.nextDueAt, parts.nextMoveAt()),
      refresh: () => this.refresh(),
    });
  }

  get facts(): QueueFacts {
    return this.core.facts;
  }

  get isFifo(): boolean {
    return this.core.isFifo;
  }

  get store(): MessageStore {
    return this.core.store;
  }

  get totals(): QueueTotals {
    return this.core.totals;
  }

  get redrive(): QueueSettings['redrive'] {
    return this.core.settings.redrive;
  }

  /** Brings the queue up to the present and serves those who wait. */
  refresh(): void {
    this.parts.catchUp();
    this.settle(this.parts.clock.now());
    this.polls.serve();
  }

  /** Ends the delays, visibility timeouts and retentions that are over at `now`. */
  settle(now: number): void {
    this.store.releaseDue(now);
    // Retention counts from the sending, for messages in flight too: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    const limit = now - this.core.settings.retentionMs;
    for (let old = this.store.oldestUntil(limit); old; old = this.store.oldestUntil(limit)) {
      this.store.remove(old);
      this.totals.expired++;
    }
  }

  send(entries: readonly OutgoingMessage[]): EntryResult<SentMessage>[] {
    checkBatch(entries);
    // One alone is measured with the queue's own limit.
    if (entries.length > 1) checkBatchSize(entries);
    const now = this.parts.clock.now();
    return this.thenServe(entries.map((entry) => this.intake.send(entry, now)));
  }

  /** Gives what is there now. */
  receive(request: ReceiveRequest): ReceivedMessage[] {
    checkReceive(request);
    if (!this.isFifo && !this.handout.hasRoom()) {
      throw new Refusal(
        'OverLimit',
        `The queue has ${this.core.inFlightLimit} messages in flight, the most it may have.`,
      );
    }
    return this.thenServe(this.handout.take(request));
  }

  delete(handles: readonly string[]): EntryResult[] {
    checkBatch(handles);
    return this.thenServe(handles.map((handle) => this.settlements.delete(handle)));
  }

  changeVisibility(entries: readonly VisibilityChange[]): EntryResult[] {
    checkBatch(entries);
    const now = this.parts.clock.now();
    return this.thenServe(entries.map((entry) => this.settlements.changeVisibility(entry, now)));
  }

  // Once in 60 seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
  purge(): void {
    const now = this.parts.clock.now();
    if (now - this.purgedAt < SQS_LIMITS.purgeIntervalSeconds * 1_000) {
      throw new Refusal(
        'PurgeQueueInProgress',
        `Only one purge is allowed every ${SQS_LIMITS.purgeIntervalSeconds} seconds.`,
      );
    }
    this.purgedAt = now;
    this.store.clear();
  }

  // An empty text takes an attribute away: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
  setAttributes(attributes: Record<string, string>): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === '') delete this.facts.attributes[name];
      else this.facts.attributes[name] = value;
    }
    this.core.settings = readSettings(this.facts.attributes);
    this.modifiedAt = this.parts.clock.wallNow();
    this.refresh();
  }

  /** Takes in a message that another queue gave up, or that a move task brings. */
  accept(message: NewMessage, now: number): void {
    this.intake.accept(message, now);
    // Later, not from within the receive that gave it up: that may be one of this very queue.
    queueMicrotask(() => this.polls.serve());
  }

  // Whatever was done may have opened a group, or made room below the in-flight limit.
  private thenServe<T>(answer: T): T {
    this.polls.serve();
    return answer;
  }
}

function newCore(facts: QueueFacts, parts: Collaborators): QueueCore {
  const isFifo = facts.attributes['FifoQueue'] === 'true';
  return {
    clock: parts.clock,
    facts,
    isFifo,
    store: new MessageStore(isFifo),
    totals: { sent: 0, received: 0, deleted: 0, expired: 0, deadLettered: 0 },
    inFlightLimit: parts.inFlightLimit,
    ignoresExpiredHandles: parts.ignoresExpiredHandles,
    settings: readSettings(facts.attributes),
    findQueue: (arn) => parts.findQueue(arn),
  };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
