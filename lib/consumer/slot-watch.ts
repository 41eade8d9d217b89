import type { Clock, Timer } from '../contracts/clock.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { HeldSlots } from '../contracts/worker-port.js';
import type { Background } from '../primitives/background.js';
import { errorText } from '../primitives/error-text.js';
import type { QueueWorkerParts } from './assembly.js';
import type { Delivery } from './delivery.js';
import type { Dispatcher } from './dispatcher.js';
import type { Fetcher } from './polling/fetcher.js';
import type { Slots } from './slots.js';

export interface SlotWatchParts {
  /** Logical name of the queue. */
  queue: string;
  slotsHeldWarningMs: number;
  slots: Slots;
  clock: Clock;
  logger: SqsLogger;
  background: Background;
  /** Deliveries whose handlers run, on all levels of the queue. */
  running(): Iterable<Delivery>;
  /** Messages that wait here for a slot. */
  waitingCount(): number;
  /** True where open polls would bring what waits at SQS: then nothing does. */
  isPolling(): boolean;
  /** Messages that wait at SQS, by its attributes: a request for each level. */
  countAtSqs(): Promise<number>;
}

/** Of more tasks that hold slots, the oldest are named. */
const maxNamed = 10;

/**
 * Says so where no task can start any more: all slots are held, none came free for `slotsHeldWarningMs`, and messages wait.
 * Said again after twice that time, four times, and so on.
 *
 * That messages wait is known for nothing where some are prefetched, or where an open poll brings none. Otherwise, without
 * prefetch, SQS is asked for its count: once in `slotsHeldWarningMs`, while all slots are held.
 */
export class SlotWatch {
  private timer: Timer | undefined;
  private isClosed = false;
  /** A paused queue starts nothing by choice. */
  isPaused = false;
  /** Since when the slots were held that were said, or asked about, last. */
  private heldSince: number | undefined;
  private saidAfterMs = 0;
  private waitsAtSqs = false;

  constructor(private readonly parts: SlotWatchParts) {}

  /** A handler has started. */
  started(): void {
    this.timer ??= this.lookIn(this.parts.slotsHeldWarningMs);
  }

  /** What holds all slots for so long while messages wait, as far as that is known. */
  status(now: number): HeldSlots | undefined {
    const since = this.allHeldSince();
    if (since === undefined || now - since < this.parts.slotsHeldWarningMs) return undefined;
    const isAsked = since === this.heldSince && this.waitsAtSqs;
    if (this.parts.waitingCount() === 0 && !isAsked) return undefined;
    return this.facts(since, now);
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private lookIn(ms: number): Timer | undefined {
    if (this.isClosed) return undefined;
    return this.parts.clock.setTimer(() => this.look(), Math.max(1, ms));
  }

  /** The start of the youngest handler, where all slots are taken: since then none came free. */
  private allHeldSince(): number | undefined {
    if (this.parts.slots.hasFree || this.isPaused || this.isClosed) return undefined;
    let youngest: number | undefined;
    for (const { startedAt = 0 } of this.parts.running()) {
      youngest = Math.max(youngest ?? 0, startedAt);
    }
    return youngest;
  }

  private look(): void {
    this.timer = undefined;
    const { slots, clock, slotsHeldWarningMs: afterMs, background } = this.parts;
    if (slots.used === 0) return;
    const since = this.allHeldSince();
    const heldMs = since === undefined ? 0 : clock.now() - since;
    if (since === undefined || heldMs < afterMs) {
      this.timer = this.lookIn(afterMs - heldMs);
      return;
    }
    if (since !== this.heldSince) this.saidAfterMs = 0;
    this.heldSince = since;
    this.timer = this.lookIn(afterMs);
    background.track(this.sayWhereMessagesWait(since));
  }

  private async sayWhereMessagesWait(since: number): Promise<void> {
    const waiting = await this.waiting();
    const { clock, logger, queue } = this.parts;
    this.waitsAtSqs = waiting !== 0 && waiting !== unknown;
    if (waiting === 0 || since !== this.allHeldSince()) return;
    const { heldMs, slots, tasks } = this.facts(since, clock.now());
    if (heldMs < this.saidAfterMs * 2) return;
    this.saidAfterMs = heldMs;
    logger.warn('No task can start: all slots are held by tasks that go on while messages wait', {
      queue,
      slots,
      heldMs,
      messagesWaiting: waiting,
      tasks: tasks.map(
        ({ task, messageId, runningMs }) =>
          `${task ?? 'a raw message'} for ${Math.round(runningMs / 1000)} s (message ${messageId})`,
      ),
    });
  }

  private async waiting(): Promise<number | typeof unknown> {
    const { waitingCount, isPolling, countAtSqs, logger, queue } = this.parts;
    const count = waitingCount();
    if (count > 0 || isPolling()) return count;
    try {
      return await countAtSqs();
    } catch (error) {
      logger.debug('The messages of a queue could not be counted', {
        queue,
        reason: errorText(error),
      });
      return unknown;
    }
  }

  private facts(since: number, now: number): HeldSlots {
    const running = [...this.parts.running()].toSorted(
      (a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0),
    );
    const tasks = running.slice(0, maxNamed).map(({ pattern, message, startedAt = now }) => ({
      task: pattern,
      messageId: message.id,
      runningMs: now - startedAt,
    }));
    return { slots: this.parts.slots.used, heldMs: now - since, tasks };
  }
}

/** SQS does not say. */
const unknown = 'unknown';

/** One of the queues that share the slots. */
export interface WatchedLevel {
  readonly queue: QueueHandle;
  readonly dispatcher: Dispatcher;
  readonly fetcher: Fetcher;
}

/** Watches the slots of a queue, which its levels share. */
export function slotWatchOf(
  { queue, consume, clock, logger, background }: QueueWorkerParts,
  slots: Slots,
  levels: () => readonly WatchedLevel[],
): SlotWatch {
  return new SlotWatch({
    queue: queue.name,
    slotsHeldWarningMs: consume.slotsHeldWarningMs,
    slots,
    clock,
    logger,
    background,
    running: () => levels().flatMap(({ dispatcher }) => [...dispatcher.running]),
    waitingCount: () => sum(levels().map(({ dispatcher }) => dispatcher.waitingCount)),
    isPolling: () => levels().every(({ fetcher }) => fetcher.openCount > 0),
    countAtSqs: async () => sum(await Promise.all(levels().map(countOf))),
  });
}

/** Messages that could be received now, as SQS counts them. */
async function countOf({ queue }: WatchedLevel): Promise<number> {
  const name = 'ApproximateNumberOfMessages';
  const attributes = await queue.gateway.getQueueAttributes(queue.url, [name]);
  return Number(attributes[name] ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
