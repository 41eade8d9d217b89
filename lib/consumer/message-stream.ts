import type { Clock } from '../contracts/clock.js';
import type { TaskHandler } from '../contracts/handlers.js';
import type { SqsLogger } from '../contracts/logger.js';
import { CONTROL_ERROR, type ControlSignal, type TaskDelivery } from '../contracts/task.js';
import { Channel } from '../primitives/channel.js';
import { deferred, type Deferred } from '../primitives/deferred.js';
import { settledWithin } from '../primitives/wait.js';
import { deliveryFields } from './task-log.js';

export interface MessageStreamParts {
  clock: Clock;
  logger: SqsLogger;
  /** Finds the queue. Where it rejects, the first `next()` does, and the stream is over. */
  open(): Promise<MessageSource>;
  /** The loop begins. Answers what is to be called when it is over. */
  begun?(stream: MessageStream): () => void;
}

/** What a stream takes its messages from. */
export interface MessageSource {
  /** Deliveries handed out and not settled; beyond it, asking for the next leaves the oldest alone. */
  readonly maxUnsettled: number;
  start(): void;
  setConcurrency(concurrency: number): void;
  /** Takes no more, and ends when nothing is held, or after so many milliseconds. */
  end(patienceMs: number): Promise<void>;
}

/** A delivery in the hands of a loop: it says itself how it ended. Only the first word counts. */
export interface StreamedDelivery extends Omit<TaskDelivery, 'ack'> {
  /** Done: the message is deleted. */
  ack(): void;
  /** Not done: SQS gives it again after the delay, or after the back-off of `onError`. */
  retry(options?: { delaySeconds?: number }): void;
}

interface HeldDelivery {
  delivery: TaskDelivery;
  settled: Deferred<void>;
}

type Next = IteratorResult<StreamedDelivery, undefined>;

/**
 * The messages of one queue, one after another, each leased while the loop holds it. Leaving the loop gives back what
 * was not settled. A loop that settles nothing does not stop: when it asks for more than `concurrency` unsettled
 * messages, the oldest is left to come back when its visibility timeout ends.
 *
 * - NEW: nothing polls. `next()` → OPEN, `close()` → OVER.
 * - OPEN: polls, once the queue is found; each `next()` gets a message, in the order in which they were called.
 *   `close()`, `return()`, `throw()`, or a queue that cannot be found → OVER.
 * - OVER: every `next()` is done, those that waited too.
 */
export class MessageStream implements AsyncIterableIterator<
  StreamedDelivery,
  undefined,
  undefined
> {
  private readonly arrived = new Channel<HeldDelivery>();
  /** Arrived and not settled, oldest first; the first of them are handed out. */
  private readonly held = new Set<HeldDelivery>();
  private source: MessageSource | undefined;
  private opening: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;
  private closing: Promise<void> | undefined;
  private slots = 0;
  private forget = (): void => {};

  /** What the engine calls instead of an app's handler. */
  readonly handler: TaskHandler = {
    name: 'SqsConsumer.messages',
    options: {},
    run: (delivery) => this.arrive(delivery),
  };

  constructor(private readonly parts: MessageStreamParts) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next message. Called again before it has one, each call gets its own, in order. */
  async next(): Promise<Next> {
    if (this.arrived.size === 0) this.leaveOldest();
    const asked = this.arrived.next();
    this.fitSlots();
    if (this.closing === undefined) this.opening ??= this.begin();
    const { done, value } = await asked;
    if (done !== true) return { done: false, value: streamed(value) };
    this.throwFailure();
    return { done: true, value: undefined };
  }

  /** Ends the loop, as leaving a `for await` does. */
  async return(): Promise<Next> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Ends the loop. @throws the error that it is given */
  async throw(error?: unknown): Promise<Next> {
    await this.close();
    throw error;
  }

  /**
   * Ends the loop from outside: it gets no further message. What it holds has `patienceMs` milliseconds to be settled, and
   * is given back then. Idempotent.
   */
  close(patienceMs = 0): Promise<void> {
    this.closing ??= this.end(patienceMs);
    return this.closing;
  }

  private begin(): Promise<void> {
    this.forget = this.parts.begun?.(this) ?? this.forget;
    return this.open();
  }

  private async open(): Promise<void> {
    try {
      const source = await this.parts.open();
      if (this.closing !== undefined) return;
      this.source = source;
      this.fitSlots();
      source.start();
    } catch (error) {
      if (this.closing !== undefined) return;
      this.failure = { error };
      await this.close();
    }
  }

  private async end(patienceMs: number): Promise<void> {
    const unseen = new Set(this.arrived.takeAll());
    const handedOut = [...this.held].filter((one) => !unseen.has(one));
    const settled = this.settledWithin(handedOut, patienceMs);
    const ended = this.source?.end(patienceMs);
    for (const one of unseen) giveBack(one);
    await settled;
    const left = handedOut.filter((one) => this.held.has(one));
    for (const one of left) giveBack(one);
    if (patienceMs > 0) this.sayLeft(left, patienceMs);
    await ended;
    this.forget();
  }

  private async settledWithin(held: readonly HeldDelivery[], ms: number): Promise<void> {
    if (held.length === 0 || ms === 0) return;
    const all = Promise.allSettled(held.map(({ settled }) => settled.promise));
    await settledWithin(all, ms, this.parts.clock);
  }

  private sayLeft(left: readonly HeldDelivery[], patienceMs: number): void {
    const [first] = left;
    if (first === undefined) return;
    const message = 'A loop did not settle what it held in time; its messages were given back';
    const { queue } = first.delivery;
    this.parts.logger.warn(message, { queue, count: left.length, timeoutMs: patienceMs });
  }

  /** The first in line is told. */
  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private async arrive(delivery: TaskDelivery): Promise<void> {
    const one: HeldDelivery = { delivery, settled: deferred() };
    this.held.add(one);
    this.arrived.put(one);
    try {
      await one.settled.promise;
    } finally {
      this.held.delete(one);
      this.fitSlots();
    }
  }

  private get handedOutCount(): number {
    return this.held.size - this.arrived.size;
  }

  /** As many as are handed out or asked for: calls of `next()` that wait at once need a slot each. */
  private fitSlots(): void {
    if (this.source === undefined) return;
    const wanted = this.handedOutCount + this.arrived.askCount;
    const slots = Math.max(this.source.maxUnsettled, wanted);
    if (slots === this.slots) return;
    this.slots = slots;
    this.source.setConcurrency(slots);
  }

  private leaveOldest(): void {
    const { source, handedOutCount, held } = this;
    if (source === undefined || handedOutCount < source.maxUnsettled) return;
    const [oldest] = held;
    if (oldest === undefined) return;
    this.parts.logger.warn(
      'A message was neither acked nor retried; it comes back later',
      deliveryFields(oldest.delivery),
    );
    held.delete(oldest);
    oldest.settled.reject(controlError({ kind: 'leave' }));
  }
}

function giveBack({ settled }: HeldDelivery): void {
  settled.reject(controlError({ kind: 'retry', delaySeconds: 0 }));
}

function streamed({ delivery, settled }: HeldDelivery): StreamedDelivery {
  return Object.create(delivery, {
    ack: { value: () => settled.resolve() },
    retry: {
      value: ({ delaySeconds }: { delaySeconds?: number } = {}) =>
        settled.reject(
          controlError(
            delaySeconds === undefined ? { kind: 'retry' } : { kind: 'retry', delaySeconds },
          ),
        ),
    },
  }) as StreamedDelivery;
}

function controlError(signal: ControlSignal): Error {
  return Object.assign(new Error(`The loop chose ${signal.kind}.`), { [CONTROL_ERROR]: signal });
}
