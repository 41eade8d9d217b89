import { FifoShelf } from './fifo-shelf.js';
import { IndexedHeap } from './indexed-heap.js';
import type { ReceiveTurn, Shelf } from './shelf.js';
import { StandardShelf } from './standard-shelf.js';
import type { DueMessage, MessageState, StoredMessage } from './stored-message.js';

/** The messages of one queue with their states and times. Nothing here is ever searched from end to end. */
export class MessageStore {
  readonly counts: Record<MessageState, number> = { delayed: 0, visible: 0, inflight: 0, gone: 0 };
  private readonly messages = new Map<string, StoredMessage>();
  private readonly due = new IndexedHeap<DueMessage>(isDueBefore);
  private readonly ages = new IndexedHeap<StoredMessage>(
    (a, b) => a.facts.enqueuedAt < b.facts.enqueuedAt,
  );
  private shelf: Shelf;
  private order = 0;

  constructor(private readonly isFifo: boolean) {
    this.shelf = newShelf(isFifo);
  }

  /** Takes in a message that becomes visible at `visibleAt`. */
  add(message: StoredMessage, visibleAt: number, now: number): void {
    this.messages.set(message.facts.messageId, message);
    message.age = this.ages.add(message);
    if (visibleAt > now) this.waitUntil(message, 'delayed', visibleAt);
    else this.move(message, 'visible');
  }

  find(messageId: string): StoredMessage | undefined {
    return this.messages.get(messageId);
  }

  next(turn: ReceiveTurn): StoredMessage | undefined {
    return this.shelf.next(turn);
  }

  /** Puts a message in flight, or keeps it there, until `until`. */
  hold(message: StoredMessage, until: number): void {
    this.waitUntil(message, 'inflight', until);
  }

  release(message: StoredMessage): void {
    this.forgetDue(message);
    this.move(message, 'visible');
  }

  remove(message: StoredMessage): void {
    this.forgetDue(message);
    if (message.age !== undefined) this.ages.remove(message.age);
    this.messages.delete(message.facts.messageId);
    this.move(message, 'gone');
  }

  clear(): void {
    for (const message of this.messages.values()) this.remove(message);
    this.shelf = newShelf(this.isFifo);
  }

  /** When the next delay or visibility timeout ends. */
  get nextDueAt(): number | undefined {
    return this.due.first?.at;
  }

  /** Makes visible what is due. */
  releaseDue(now: number): void {
    for (
      let first = this.due.first;
      first !== undefined && first.at <= now;
      first = this.due.first
    ) {
      this.release(first.message);
    }
  }

  /** The oldest message if it was put in at or before `enqueuedAt`. */
  oldestUntil(enqueuedAt: number): StoredMessage | undefined {
    const oldest = this.ages.first;
    return oldest !== undefined && oldest.facts.enqueuedAt <= enqueuedAt ? oldest : undefined;
  }

  values(): IterableIterator<StoredMessage> {
    return this.messages.values();
  }

  private waitUntil(message: StoredMessage, state: 'delayed' | 'inflight', at: number): void {
    this.forgetDue(message);
    message.due = this.due.add({ at, order: this.order++, message });
    if (message.state !== state) this.move(message, state);
  }

  private forgetDue(message: StoredMessage): void {
    if (message.due !== undefined) this.due.remove(message.due);
    message.due = undefined;
  }

  private move(message: StoredMessage, to: MessageState): void {
    const from = message.state;
    message.state = to;
    if (from !== 'gone') this.counts[from]--;
    this.counts[to]++;
    this.shelf.moved(message, from);
  }
}

function newShelf(isFifo: boolean): Shelf {
  return isFifo ? new FifoShelf() : new StandardShelf();
}

function isDueBefore(a: DueMessage, b: DueMessage): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
