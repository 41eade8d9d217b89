import type { Clock, Timer } from '../../contracts/clock.js';
import type { ReceivedMessage, ReceiveRequest } from '../../contracts/gateway.js';
import { type HeapNode, IndexedHeap } from './indexed-heap.js';
import { LinkedList, type ListNode } from './linked-list.js';

interface Collaborators {
  clock: Clock;
  take(request: ReceiveRequest): ReceivedMessage[];
  /** When something may become receivable by itself; undefined: never. */
  nextEventAt(): number | undefined;
  /** Brings the queue up to the present. */
  refresh(): void;
}

/**
 * The receives that wait for messages, first come first served, and the queue's one timer: it runs only while
 * somebody waits.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html}
 */
export class LongPolls {
  private readonly waiting = new LinkedList<Waiter>();
  private readonly deadlines = new IndexedHeap<Waiter>((a, b) => a.deadline < b.deadline);
  private timer: { at: number; handle: Timer } | undefined;

  constructor(private readonly parts: Collaborators) {}

  get count(): number {
    return this.waiting.size;
  }

  /** Answers what came, or nothing at the end of the wait; ends with the signal's reason and takes nothing then. */
  wait(request: ReceiveRequest, ended: AbortSignal): Promise<ReceivedMessage[]> {
    return new Promise((resolve, reject) => {
      const deadline = this.parts.clock.now() + request.waitTimeSeconds * 1_000;
      const waiter: Waiter = { request, deadline, ended, resolve, reject };
      waiter.place = this.waiting.push(waiter);
      waiter.alarm = this.deadlines.add(waiter);
      waiter.onEnd = () => this.leave(waiter, () => reject(ended.reason as Error));
      ended.addEventListener('abort', waiter.onEnd, { once: true });
      this.rearm();
    });
  }

  /** Gives what is there to those who wait. */
  serve(): void {
    for (let node = this.waiting.first; node !== undefined; node = this.waiting.first) {
      const waiter = node.value;
      const messages = this.parts.take(waiter.request);
      if (messages.length === 0) break;
      this.leave(waiter, () => waiter.resolve(messages));
    }
    this.rearm();
  }

  endAll(reason: Error): void {
    for (let node = this.waiting.first; node !== undefined; node = this.waiting.first) {
      const waiter = node.value;
      this.leave(waiter, () => waiter.reject(reason));
    }
  }

  /** Sets the timer for what comes next, or none where nobody waits. */
  rearm(): void {
    const at = this.nextAt();
    if (at !== undefined && this.timer !== undefined && this.timer.at <= at) return;
    this.timer?.handle.cancel();
    this.timer = at === undefined ? undefined : this.timerFor(at);
  }

  private nextAt(): number | undefined {
    const deadline = this.deadlines.first?.deadline;
    if (deadline === undefined) return undefined;
    return Math.min(deadline, this.parts.nextEventAt() ?? Infinity);
  }

  private timerFor(at: number): { at: number; handle: Timer } {
    // Whole milliseconds: a timer that rounds down would find nothing due.
    const delayMs = Math.max(0, Math.ceil(at - this.parts.clock.now()));
    return { at, handle: this.parts.clock.setTimer(() => this.onTimer(), delayMs) };
  }

  private onTimer(): void {
    this.timer = undefined;
    this.parts.refresh();
    const now = this.parts.clock.now();
    for (let first = this.deadlines.first; first !== undefined; first = this.deadlines.first) {
      const waiter = first;
      if (waiter.deadline > now) break;
      this.leave(waiter, () => waiter.resolve([]));
    }
    this.rearm();
  }

  private leave(waiter: Waiter, settle: () => void): void {
    this.waiting.remove(waiter.place!);
    this.deadlines.remove(waiter.alarm!);
    waiter.ended.removeEventListener('abort', waiter.onEnd!);
    if (this.waiting.size === 0) this.rearm();
    settle();
  }
}

interface Waiter {
  readonly request: ReceiveRequest;
  readonly deadline: number;
  readonly ended: AbortSignal;
  readonly resolve: (messages: ReceivedMessage[]) => void;
  readonly reject: (reason: Error) => void;
  place?: ListNode<Waiter>;
  alarm?: HeapNode<Waiter>;
  onEnd?: () => void;
}
