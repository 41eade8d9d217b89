import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../contracts/clock.js';
import { GatewayError } from '../../contracts/errors/index.js';
import type { QueueGateway, ReceivedMessage, ReceiveRequest } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import type { Background } from '../../primitives/background.js';
import { TurnGate } from '../../primitives/loop-turn.js';
import { EmptyPace, PollBackoff } from './poll-backoff.js';
import type { PollBudget } from './poll-budget.js';
import type { PollTurn } from './poll-turn.js';

export interface FetcherParts {
  gateway: Pick<QueueGateway, 'receive'>;
  queueUrl: string;
  isFifo: boolean;
  waitTimeSeconds: number;
  /** Sent with each receive. */
  visibilityTimeoutSeconds: number;
  clock: Clock;
  background: Background;
  budget: PollBudget;
  demand: Demand;
  /** Where the queue is one level of several. */
  turn?: PollTurn | undefined;
  /** Takes what a poll brought; `askedAt` is the monotonic time when it began. */
  onMessages(messages: ReceivedMessage[], askedAt: number): void;
  onAnswered(count: number): void;
  onFailed(error: unknown, retryInMs: number): void;
  onRecovered(): void;
  /** Empty answers come long before their wait is over; told once. */
  onHasty(answeredAfterMs: number): void;
  random?: () => number;
}

/** What the fetcher may ask for; answered by whoever holds the messages. */
export interface Demand {
  /** Messages that could be taken now, those that open polls may still bring not counted. */
  room(): number;
  /** Messages worth a request of their own. */
  readonly fullBatch: number;
  /** True where a handler could start and nothing is there for it. */
  isStarving(): boolean;
}

/** Milliseconds to wait for room for a full batch while a slot is free. */
const roomWaitMs = 50;

/** Seconds that a probe waits for messages. */
const probeWaitSeconds = 1;

/**
 * Opens long polls, as many as the room can use.
 *
 * Idle, one poll is open. An answer with messages doubles how many may be open, an empty one brings it back to one.
 * A poll is opened when there is room for a full batch; where a slot starves, after a short wait with what room there
 * is. While polls fail, one probe at a time is sent with growing pauses, which waits but shortly, so that recovery
 * shows even where the queue is empty; the loop never ends by itself. Where empty polls are answered without a wait, it
 * pauses between them, and after a few that were answered in one turn of the event loop it waits for the next.
 */
export class Fetcher {
  /** Open polls and when each began. */
  private readonly open = new Map<AbortController, number>();
  private reserved = 0;
  private width = 1;
  private isStopped = false;
  private isPaused = false;
  private roomTimer: Timer | undefined;
  /** It has waited for room and then found no socket. */
  private isPartialDue = false;
  private retryTimer: Timer | undefined;
  private readonly backoff: PollBackoff;
  private readonly pace: EmptyPace;
  private hasSaidHasty = false;
  private readonly turns = new TurnGate(() => this.pump());
  /** Receives of a FIFO queue whose answer was lost: repeating the id gives the same messages again. */
  private lost: { attemptId: string; maxMessages: number; until: number }[] = [];
  private waitersForEnd: (() => void)[] = [];
  lastGoodAt: number | undefined;
  lastError: unknown;

  constructor(private readonly parts: FetcherParts) {
    this.backoff = new PollBackoff(parts.random ?? Math.random);
    this.pace = new EmptyPace(parts.waitTimeSeconds);
  }

  get openCount(): number {
    return this.open.size;
  }

  /** Monotonic time when the oldest open poll began. */
  get oldestPollAt(): number | undefined {
    const [oldest] = this.open.values();
    return oldest;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.pump();
  }

  /** No new polls from now on; those that are open may still answer. */
  stop(): void {
    this.isStopped = true;
    this.roomTimer?.cancel();
    this.retryTimer?.cancel();
    this.roomTimer = this.retryTimer = undefined;
    this.parts.budget.forget(this.pumpLater);
  }

  /** Cuts the open polls. What SQS had taken for them comes back when its visibility timeout ends. */
  cut(): void {
    for (const controller of this.open.keys()) controller.abort();
  }

  /** Resolves when no poll is open. */
  ended(): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waitersForEnd.push(resolve));
  }

  /** True where no poll is open because of a pause between two, or for want of a socket. */
  get isWaiting(): boolean {
    const { retryTimer, roomTimer, turns, pumpLater } = this;
    if (retryTimer !== undefined || roomTimer !== undefined || turns.isClosed) return true;
    return this.parts.budget.isAwaitedBy(pumpLater);
  }

  /** Opens what can be opened; called whenever room, slots or answers have changed. */
  pump(): void {
    const { turn } = this.parts;
    if (turn === undefined) this.pumpOwn();
    else turn.pump();
  }

  /** As `pump`, and leaves other levels alone. */
  pumpOwn(): void {
    while (this.canOpen()) {
      const size = this.nextSize();
      if (size === 0 || !this.takeSocket()) return;
      this.parts.background.track(this.poll(size));
    }
  }

  // Not those of other levels: the socket that came free is this one's turn.
  private readonly pumpLater = (): void => this.pumpOwn();

  private takeSocket(): boolean {
    return this.parts.budget.take(this.pumpLater, this.parts.turn?.isStanding);
  }

  private canOpen(): boolean {
    if (this.isStopped || this.isPaused || this.retryTimer !== undefined) return false;
    if (this.turns.isClosed) return false;
    if (this.parts.turn?.mayAsk() === false) return false;
    return this.open.size < (this.backoff.isFailing ? 1 : this.width);
  }

  /** 0: not now. */
  private nextSize(): number {
    const { demand } = this.parts;
    const room = demand.room() - this.reserved;
    if (room >= demand.fullBatch) return Math.min(room, SQS_LIMITS.batchEntries);
    if (room <= 0 || this.open.size > 0) return 0;
    if (this.isPartialDue) return Math.min(room, SQS_LIMITS.batchEntries);
    if (demand.isStarving()) this.waitForRoom();
    return 0;
  }

  private waitForRoom(): void {
    this.roomTimer ??= this.parts.clock.setTimer(() => {
      this.roomTimer = undefined;
      const room = this.parts.demand.room() - this.reserved;
      if (room <= 0 || !this.canOpen() || this.open.size > 0) return;
      this.isPartialDue = !this.takeSocket();
      if (this.isPartialDue) return;
      this.parts.background.track(this.poll(Math.min(room, SQS_LIMITS.batchEntries)));
    }, roomWaitMs);
  }

  private async poll(size: number): Promise<void> {
    const controller = new AbortController();
    const request = this.request(size);
    const { turn } = this.parts;
    const isStanding = turn?.isStanding;
    turn?.opened(isStanding === true);
    this.isPartialDue = false;
    const askedAt = this.parts.clock.now();
    const calledIn = this.turns.called();
    this.open.set(controller, askedAt);
    this.reserved += request.maxMessages;
    let messages: ReceivedMessage[] | undefined;
    try {
      const { gateway, queueUrl } = this.parts;
      messages = await gateway.receive(queueUrl, request, { signal: controller.signal });
    } catch (error) {
      if (!controller.signal.aborted) this.failed(error, request);
    }
    this.turns.answered(calledIn);
    this.open.delete(controller);
    this.reserved -= request.maxMessages;
    this.parts.budget.release(isStanding);
    if (messages !== undefined) this.answered(messages, request, askedAt);
    turn?.closed(isStanding === true);
    this.tellEnd();
    this.pump();
  }

  private request(size: number): ReceiveRequest {
    const { visibilityTimeoutSeconds, isFifo, turn } = this.parts;
    const { waitTimeSeconds } = turn ?? this.parts;
    const request: ReceiveRequest = {
      maxMessages: size,
      waitTimeSeconds: this.backoff.isFailing
        ? Math.min(probeWaitSeconds, waitTimeSeconds)
        : waitTimeSeconds,
      visibilityTimeoutSeconds,
    };
    if (!isFifo) return request;
    const again = this.takeLost(size);
    if (again !== undefined) request.maxMessages = again.maxMessages;
    request.receiveRequestAttemptId = again?.attemptId ?? randomUUID();
    return request;
  }

  private takeLost(size: number): { attemptId: string; maxMessages: number } | undefined {
    if (this.lost.length === 0) return undefined;
    const now = this.parts.clock.now();
    this.lost = this.lost.filter((attempt) => attempt.until > now);
    const fitting = this.lost.findIndex((attempt) => attempt.maxMessages <= size);
    return fitting === -1 ? undefined : this.lost.splice(fitting, 1)[0];
  }

  private answered(messages: ReceivedMessage[], request: ReceiveRequest, askedAt: number): void {
    this.width = this.nextWidth(messages.length, request.maxMessages);
    this.lastGoodAt = this.parts.clock.now();
    this.lastError = undefined;
    if (this.backoff.isFailing) {
      this.backoff.reset();
      this.parts.onRecovered();
    }
    this.parts.turn?.answered(messages.length);
    this.parts.onAnswered(messages.length);
    if (messages.length === 0) return this.answeredEmpty(request, this.lastGoodAt - askedAt);
    this.pace.reset();
    this.parts.onMessages(messages, askedAt);
  }

  private answeredEmpty({ waitTimeSeconds }: ReceiveRequest, tookMs: number): void {
    // Polls that were open beside it tell nothing new.
    if (this.isStopped || this.retryTimer !== undefined) return;
    const restMs = this.pace.next(waitTimeSeconds, tookMs);
    if (restMs > 0) this.rest(restMs);
    if (!this.pace.isWorthSaying || this.hasSaidHasty) return;
    this.hasSaidHasty = true;
    this.parts.onHasty(tookMs);
  }

  /** A level is soon asked again anyway, so a few messages are no reason to ask it twice at once. */
  private nextWidth(count: number, asked: number): number {
    if (count === 0) return 1;
    if (this.parts.turn !== undefined && count < asked) return this.width;
    return Math.min(this.width * 2, maxWidth);
  }

  private failed(error: unknown, request: ReceiveRequest): void {
    this.rememberLost(error, request);
    this.parts.turn?.failed();
    this.lastError = error;
    this.width = 1;
    if (this.isStopped) return;
    const retryInMs = this.backoff.next(error);
    this.rest(retryInMs);
    this.parts.onFailed(error, retryInMs);
  }

  private rest(ms: number): void {
    this.retryTimer ??= this.parts.clock.setTimer(() => {
      this.retryTimer = undefined;
      this.pump();
    }, ms);
  }

  /** The service may have handed messages over although we never saw its answer. */
  private rememberLost(error: unknown, request: ReceiveRequest): void {
    const attemptId = request.receiveRequestAttemptId;
    if (attemptId === undefined || !mayHaveBeenServed(error)) return;
    const until = this.parts.clock.now() + SQS_LIMITS.deduplicationSeconds * 1000;
    this.lost.push({ attemptId, maxMessages: request.maxMessages, until });
  }

  private tellEnd(): void {
    if (this.open.size > 0) return;
    const waiters = this.waitersForEnd;
    this.waitersForEnd = [];
    for (const resolve of waiters) resolve();
  }
}

/** The room bounds how many polls are useful; this only keeps the doubling from growing without end. */
const maxWidth = 1_024;

function mayHaveBeenServed(error: unknown): boolean {
  return !(error instanceof GatewayError) || error.isPassing;
}
