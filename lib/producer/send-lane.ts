import { nextTick } from 'node:process';
import type { Clock, Timer } from '../contracts/clock.js';
import { FifoOrderError } from '../contracts/errors/index.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import { jitteredDelay } from '../primitives/jittered-delay.js';
import { TurnGate } from '../primitives/loop-turn.js';
import type { Backlog } from './backlog.js';
import type { EndedAttempt, PendingSend } from './pending-send.js';
import { outcomesOfAnswer, outcomesOfError } from './send-outcomes.js';

export interface SendLaneParts {
  queue: QueueHandle;
  backlog: Backlog;
  clock: Clock;
  logger: SqsLogger;
  /** Answers a number from 0 up to 1. */
  random: () => number;
  options: { maxRequestsInFlight: number; maxAttempts: number };
}

/**
 * The way of one queue's messages into requests. Nothing waits for company while the lane is idle; under load the
 * requests in flight are the time in which the next ones fill:
 *
 * - a full request leaves as soon as fewer than `maxRequestsInFlight` are under way;
 * - a partial one leaves when none is under way, when one has just ended, or after `LINGER_MS` behind slow ones;
 * - what is sent in one turn of the event loop shares requests: the lane looks once, when all promises have run.
 */
export class SendLane {
  private inFlight = 0;
  private isLookPlanned = false;
  private mayLeavePartial = false;
  private isHurried = false;
  private linger: Timer | undefined;
  private readonly turns = new TurnGate(() => this.planLook());

  constructor(private readonly parts: SendLaneParts) {}

  add(entry: PendingSend): void {
    this.parts.backlog.add(entry);
    this.planLook();
  }

  /** Lets what waits leave without filling requests first. */
  hurry(): void {
    this.isHurried = true;
    this.planLook();
  }

  // A tick runs after every promise reaction that is waiting and before any other event: senders that were just
  // answered, or that took a different number of awaits, still share a request.
  private planLook(): void {
    if (this.isLookPlanned || this.turns.isClosed) return;
    this.isLookPlanned = true;
    nextTick(() => {
      this.isLookPlanned = false;
      this.look();
    });
  }

  private look(): void {
    while (this.inFlight < this.parts.options.maxRequestsInFlight && this.launchNext());
    this.mayLeavePartial = false;
    if (this.parts.backlog.size === 0) this.isHurried = false;
    this.watchLinger();
  }

  private launchNext(): boolean {
    const partial = this.inFlight === 0 || this.mayLeavePartial || this.isHurried;
    const entries = this.parts.backlog.take(partial);
    if (entries.length === 0) return false;
    this.inFlight++;
    // It never rejects: how it ends reaches the senders through their entries.
    void this.request(entries);
    return true;
  }

  private async request(entries: readonly PendingSend[]): Promise<void> {
    const calledIn = this.turns.called();
    const attempts = await this.attempt(entries);
    this.turns.answered(calledIn);
    this.inFlight--;
    this.mayLeavePartial = true;
    this.settle(attempts);
    this.planLook();
  }

  private async attempt(entries: readonly PendingSend[]): Promise<EndedAttempt[]> {
    const { queue, options } = this.parts;
    const rules = { queue: queue.name, maxAttempts: options.maxAttempts };
    try {
      const messages = entries.map((entry) => entry.message);
      return outcomesOfAnswer(entries, await queue.gateway.sendBatch(queue.url, messages), rules);
    } catch (error) {
      return outcomesOfError(entries, error, rules);
    }
  }

  private settle(attempts: readonly EndedAttempt[]): void {
    for (const { entry, outcome } of attempts) {
      if (outcome.kind === 'accepted') entry.resolve(outcome.sent);
      else if (outcome.kind !== 'again') entry.reject(outcome.error);
    }
    const { again, outOfOrder } = this.parts.backlog.requestEnded(attempts);
    for (const entry of outOfOrder) entry.reject(this.orderError(entry, attempts));
    if (again.length === 0) return;
    if (attempts.some(({ outcome }) => outcome.kind === 'again' && outcome.atOnce)) {
      this.parts.backlog.putBack(again);
    } else this.putBackLater(again);
  }

  private orderError(entry: PendingSend, attempts: readonly EndedAttempt[]): FifoOrderError {
    const groupId = entry.message.groupId ?? '';
    const cause = attempts.find(
      (a) => a.entry.message.groupId === groupId && a.outcome.kind !== 'accepted',
    )?.outcome;
    const error = cause !== undefined && 'error' in cause ? cause.error : undefined;
    return new FifoOrderError({ queue: this.parts.queue.name, groupId, cause: error });
  }

  private putBackLater(entries: readonly PendingSend[]): void {
    const { backlog, clock, logger, queue, random } = this.parts;
    const attempt = Math.max(...entries.map((entry) => entry.attempts));
    const delayMs = jitteredDelay({ attempt, ...RETRY_PAUSE, random: () => 0.5 + random() / 2 });
    if (logger.isDebugEnabled()) {
      logger.debug('Sending again', {
        queue: queue.name,
        count: entries.length,
        delayMs: Math.round(delayMs),
      });
    }
    clock.setTimer(() => {
      backlog.putBack(entries);
      this.mayLeavePartial = true;
      this.planLook();
    }, delayMs);
  }

  // Without it a few messages could wait long behind one request that hangs.
  private watchLinger(): void {
    const { backlog, clock, options } = this.parts;
    const isNeeded = backlog.readyCount > 0 && this.inFlight < options.maxRequestsInFlight;
    if (!isNeeded) {
      this.linger?.cancel();
      this.linger = undefined;
    } else this.linger ??= clock.setTimer(() => this.lingerEnded(), LINGER_MS);
  }

  private lingerEnded(): void {
    this.linger = undefined;
    this.mayLeavePartial = true;
    this.planLook();
  }
}

const LINGER_MS = 100;
/**
 * The client below has repeated the call already, so pauses start where its own end. Each is at least half of its
 * bound: four of them outlast the second or two in which a role is rotated.
 */
const RETRY_PAUSE = { firstMs: 300, maxMs: 5_000 };
