import {
  InvalidOptionsError,
  RedriveInterruptedError,
  SQS_LIMITS,
  type Clock,
  type EntryFailure,
  type MessageEdit,
  type QueueHandle,
  type ReceivedMessage,
  type RedriveFailure,
  type RedriveProgress,
  type RedriveReport,
} from '../../contracts/index.js';
import type { Destinations } from './destinations.js';
import { explained } from './explain.js';
import { MessageDesk } from './message-desk.js';
import { movedMessage } from './moved-message.js';
import type { ResolvedRedrive } from './options.js';
import { Pacer } from './pacer.js';
import { peekedMessage, type MessageReader } from './peeked-message.js';
import { sendParcels, type Parcel } from './send-rounds.js';
import { SetAside } from './set-aside.js';

export interface MessageMoverParts {
  /** The dead-letter queue. */
  readonly queue: QueueHandle;
  readonly destinations: Destinations;
  readonly options: ResolvedRedrive;
  readonly reader: MessageReader;
  readonly clock: Clock;
  readonly toMoveCount: number | undefined;
  /** What a move task had moved before. */
  readonly movedBefore: number;
}

/**
 * Batches under way at a time; with ten messages each, all that a redrive ever holds. A FIFO queue has one, because two
 * could overtake each other.
 */
const STANDARD_LANES = 4;
const FIFO_LANES = 1;
/** Batches in a row with nothing that was not seen before: the queue was looked through. */
const STALE_BATCHES = 20;
/** A message is not sent in the last seconds that it is surely ours: somebody else may be sending it by then. */
const LEASE_MARGIN_MS = 5_000;
const SHOWN_FAILURES = 100;
/** Messages that were sent, and whose deletes failed: of so many it is known that they need no second send. */
const KNOWN_SENT = 10_000;

/** Receives dead letters, sends each, and deletes it once its send is confirmed: a crash between repeats, never loses. */
export class MessageMover {
  private movedCount: number;
  private skippedCount = 0;
  private failedCount = 0;
  private undeletedCount = 0;
  private readonly failures: RedriveFailure[] = [];
  private readonly sent = new Set<string>();
  private readonly aside = new SetAside();
  private readonly desk: MessageDesk;
  private readonly pacer: Pacer;
  private readonly stop = new AbortController();
  /** Messages that lanes have asked for and not yet settled. */
  private asked = 0;
  private staleBatches = 0;

  constructor(private readonly parts: MessageMoverParts) {
    const { queue, clock, options } = parts;
    this.movedCount = parts.movedBefore;
    const { idleSeconds } = options;
    const idle = { seconds: idleSeconds, signal: this.stop.signal };
    this.desk = new MessageDesk({ ...options, queue, clock, ...(idleSeconds > 0 && { idle }) });
    this.pacer = new Pacer(clock, options.maxMessagesPerSecond, this.stop.signal);
  }

  async run(): Promise<RedriveReport> {
    const unlisten = this.followSignal();
    try {
      const failed = await this.runLanes();
      const hiddenCount = await this.giveAsideBack(failed);
      if (failed !== undefined) throw this.interrupted(failed.reason);
      return this.report(hiddenCount);
    } finally {
      unlisten();
    }
  }

  private followSignal(): () => void {
    const { signal } = this.parts.options;
    const end = () => this.stop.abort();
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
    return () => signal?.removeEventListener('abort', end);
  }

  private async runLanes(): Promise<PromiseRejectedResult | undefined> {
    const count = this.parts.queue.isFifo ? FIFO_LANES : STANDARD_LANES;
    const lanes = await Promise.allSettled(Array.from({ length: count }, () => this.lane()));
    return lanes.find((lane) => lane.status === 'rejected');
  }

  private async giveAsideBack(failed: PromiseRejectedResult | undefined): Promise<number> {
    try {
      return await this.aside.giveBack(this.desk);
    } catch (error) {
      // They come back by themselves; the first error says more.
      throw this.interrupted(failed === undefined ? error : failed.reason);
    }
  }

  private async lane(): Promise<void> {
    try {
      this.tell();
      while (await this.step());
    } catch (error) {
      this.stop.abort();
      throw error;
    }
  }

  /** False once there is nothing more to do. */
  private async step(): Promise<boolean> {
    const room = this.room();
    if (this.isStopped || room <= 0 || this.wasLookedThrough) return false;
    this.asked += room;
    try {
      return await this.takeAndMove(room);
    } finally {
      this.asked -= room;
    }
  }

  private get wasLookedThrough(): boolean {
    return this.staleBatches >= STALE_BATCHES && this.desk.isIdle;
  }

  private room(): number {
    const { maxMessages, maxMessagesPerSecond = Infinity } = this.parts.options;
    if (this.aside.isFull) return 0;
    const wanted = maxMessages - (this.movedCount - this.parts.movedBefore) - this.asked;
    return Math.min(SQS_LIMITS.batchEntries, maxMessagesPerSecond, wanted);
  }

  private async takeAndMove(room: number): Promise<boolean> {
    const messages = await this.ours(() => this.desk.take(room));
    if (messages.length === 0) return false;
    const { clock, options } = this.parts;
    const sureUntil = clock.now() + options.visibilityTimeoutSeconds * 1_000 - LEASE_MARGIN_MS;
    const plan = await this.planned(messages);
    await this.pacer.turn(plan.count);
    await this.carryOut(plan, sureUntil);
    this.tell();
    return true;
  }

  /** Decides about each message; where a filter or an edit throws, all go back. */
  private async planned(messages: readonly ReceivedMessage[]): Promise<Plan> {
    const plan = new Plan();
    try {
      let isStale = true;
      for (const message of messages) isStale = (await this.decide(message, plan)) && isStale;
      this.staleBatches = isStale ? this.staleBatches + 1 : 0;
      if (!isStale) this.desk.arrived();
      return plan;
    } catch (error) {
      await this.ours(() => this.desk.giveBack(messages));
      throw error;
    }
  }

  /** True where the message was seen before and left. */
  private async decide(message: ReceivedMessage, plan: Plan): Promise<boolean> {
    if (this.sent.has(message.messageId)) {
      plan.sentBefore.push(message);
      return false;
    }
    if (this.aside.has(message.messageId)) {
      this.aside.add(message);
      return true;
    }
    await this.planMove(message, plan);
    return false;
  }

  private async planMove(message: ReceivedMessage, plan: Plan): Promise<void> {
    const { options, reader, destinations } = this.parts;
    const { filter, edit, delaySeconds } = options;
    const shown = filter || edit ? peekedMessage(message, reader) : undefined;
    if (shown !== undefined && filter !== undefined && !(await filter(shown))) {
      if (this.aside.add(message)) this.skippedCount++;
      return;
    }
    const change: MessageEdit = (shown && (await edit?.(shown))) ?? {};
    const destination = await destinations.of(message);
    if (destination === undefined) return this.refuse(message, noDestination);
    plan.add(destination, {
      from: message,
      message: movedMessage(message, destination, { ...change, delaySeconds }),
    });
  }

  private async carryOut(plan: Plan, sureUntil: number): Promise<void> {
    const done = [...plan.sentBefore];
    const left: ReceivedMessage[] = [];
    let failure: unknown = this.tooSlow(plan, sureUntil);
    for (const { queue, parcels } of plan.destinations) {
      const { clock } = this.parts;
      const mayGoOn = () => !this.isStopped && failure === undefined && clock.now() < sureUntil;
      const result = await sendParcels(parcels, { queue, clock, mayGoOn });
      done.push(...result.sent.map(({ from }) => from));
      left.push(...result.left.map(({ from }) => from));
      for (const { parcel, failure: why } of result.refused) this.refuse(parcel.from, why);
      this.movedCount += result.sent.length;
      failure ??= result.error;
    }
    await this.deleteSent(done, plan.sentBefore.length);
    await this.ours(() => this.desk.giveBack(left));
    if (failure !== undefined) throw failure;
  }

  /** Ten messages that take longer than they are ours would come and go for ever. */
  private tooSlow(plan: Plan, sureUntil: number): InvalidOptionsError | undefined {
    if (plan.count === 0 || this.isStopped || this.parts.clock.now() < sureUntil) return undefined;
    const problem =
      'expected visibilityTimeoutSeconds to be longer than filter and edit take for ten messages, got ' +
      `${this.parts.options.visibilityTimeoutSeconds}`;
    return new InvalidOptionsError({ where: 'redrive()', problems: [problem] });
  }

  /** `again`: how many of them were sent before, and counted as undeleted then. */
  private async deleteSent(messages: readonly ReceivedMessage[], again: number): Promise<void> {
    for (const { messageId } of messages) if (this.sent.size < KNOWN_SENT) this.sent.add(messageId);
    const undeleted = await this.ours(() => this.desk.delete(messages));
    const kept = new Set(undeleted.map(({ messageId }) => messageId));
    this.undeletedCount += undeleted.length - again;
    for (const { messageId } of messages) if (!kept.has(messageId)) this.sent.delete(messageId);
  }

  private refuse(message: ReceivedMessage, { code, message: why }: Reason): void {
    if (!this.aside.add(message)) return;
    this.failedCount++;
    if (this.failures.length === SHOWN_FAILURES) return;
    this.failures.push({ messageId: message.messageId, code, message: why });
  }

  private ours<T>(work: () => Promise<T>): Promise<T> {
    return explained(this.parts.queue.name, work);
  }

  private tell(): void {
    this.parts.options.onProgress?.(this.progress());
  }

  private progress(): RedriveProgress {
    return {
      way: 'receive-and-send',
      movedCount: this.movedCount,
      toMoveCount: this.parts.toMoveCount,
      skippedCount: this.skippedCount,
      failedCount: this.failedCount,
    };
  }

  private report(hiddenCount: number): RedriveReport {
    const { failures, undeletedCount } = this;
    const wasCancelled = this.parts.options.signal?.aborted === true;
    const facts = { wasResumed: false, wasCancelled, failures, undeletedCount, hiddenCount };
    return { ...this.progress(), ...facts };
  }

  private interrupted(cause: unknown): RedriveInterruptedError {
    const { queue } = this.parts;
    return new RedriveInterruptedError({ queue: queue.name, progress: this.progress(), cause });
  }

  private get isStopped(): boolean {
    return this.stop.signal.aborted;
  }
}

type Reason = Pick<EntryFailure, 'code' | 'message'>;

const noDestination: Reason = {
  code: 'UnknownSource',
  message: 'Nothing tells which queue it came from. Say where it is to go: redrive(queue, { to }).',
};

/** What is to become of one batch. */
class Plan {
  readonly sentBefore: ReceivedMessage[] = [];
  private readonly byUrl = new Map<string, { queue: QueueHandle; parcels: Parcel[] }>();

  add(queue: QueueHandle, parcel: Parcel): void {
    const known = this.byUrl.get(queue.url) ?? { queue, parcels: [] };
    this.byUrl.set(queue.url, known);
    known.parcels.push(parcel);
  }

  get destinations(): Iterable<{ queue: QueueHandle; parcels: Parcel[] }> {
    return this.byUrl.values();
  }

  get count(): number {
    return [...this.byUrl.values()].reduce((sum, { parcels }) => sum + parcels.length, 0);
  }
}
