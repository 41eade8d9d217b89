import { nextTick } from 'node:process';
import type { Clock, Timer } from '../contracts/clock.js';
import { FifoOrderError } from '../contracts/errors/index.js';
import type { SentMessage } from '../contracts/gateway.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import { exponentialWait } from '../primitives/backoff.js';
import { TurnGate } from '../primitives/loop-turn.js';
import type { Backlog } from './backlog.js';
import type { Progress } from './ongoing-sends.js';
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
  /** SQS has accepted something; monotonic milliseconds. */
  onAccepted(now: number): void;
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
  /** Entries that rest between two attempts, by what ends the rest. */
  private readonly pausing = new Map<() => void, readonly PendingSend[]>();
  readonly progress: Progress = { lastAcceptedAt: -Infinity };

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

  /** Takes out what was given up, so that it is not sent and keeps no room. */
  dropGivenUp(): void {
    for (const [again, entries] of this.pausing) {
      if (entries.some(isGivenUp)) again();
    }
    const { givenUp, outOfOrder } = this.parts.backlog.dropGivenUp();
    const failures = givenUp.map((entry) => ({ entry, error: entry.ongoing.error }));
    for (const { entry, error } of failures) entry.reject(error);
    for (const entry of outOfOrder) entry.reject(this.orderError(entry, failures));
    if (givenUp.length > 0) this.planLook();
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
    for (const { ongoing } of entries) ongoing.left();
    try {
      const messages = entries.map((entry) => entry.message);
      return outcomesOfAnswer(entries, await queue.gateway.sendBatch(queue.url, messages), rules);
    } catch (error) {
      return outcomesOfError(entries, error, rules);
    }
  }

  private settle(ended: readonly EndedAttempt[]): void {
    const attempts = ended.map(withoutGivenUp);
    if (attempts.some(({ outcome }) => outcome.kind === 'accepted')) this.progressed();
    for (const { entry, outcome } of attempts) {
      if (outcome.kind === 'accepted') this.accepted(entry, outcome.sent);
      else if (outcome.kind !== 'again') entry.reject(outcome.error);
    }
    const { again, outOfOrder } = this.parts.backlog.requestEnded(attempts);
    const failures = attempts.flatMap(({ entry, outcome }) =>
      outcome.kind === 'accepted' ? [] : [{ entry, error: outcome.error }],
    );
    for (const entry of outOfOrder) entry.reject(this.orderError(entry, failures));
    if (again.length === 0) return;
    if (attempts.some(({ outcome }) => outcome.kind === 'again' && outcome.atOnce)) {
      this.parts.backlog.putBack(again);
    } else this.putBackLater(again);
  }

  private progressed(): void {
    const now = this.parts.clock.now();
    this.progress.lastAcceptedAt = now;
    this.parts.onAccepted(now);
  }

  private accepted(entry: PendingSend, sent: SentMessage): void {
    entry.ongoing.acceptedAt(this.progress.lastAcceptedAt);
    entry.resolve(sent);
  }

  private orderError(entry: PendingSend, failures: readonly Failure[]): FifoOrderError {
    const groupId = entry.message.groupId ?? '';
    const cause = failures.find((one) => one.entry.message.groupId === groupId)?.error;
    return new FifoOrderError({ queue: this.parts.queue.name, groupId, cause });
  }

  private putBackLater(entries: readonly PendingSend[]): void {
    const { backlog, clock, logger, queue, random } = this.parts;
    const attempt = Math.max(...entries.map((entry) => entry.attempts));
    const delayMs = exponentialWait({ attempt, ...RETRY_PAUSE_MS, random });
    if (logger.isDebugEnabled()) {
      logger.debug('Sending again', {
        queue: queue.name,
        count: entries.length,
        delayMs: Math.round(delayMs),
      });
    }
    const again = (): void => {
      timer.cancel();
      this.pausing.delete(again);
      backlog.putBack(entries);
      this.mayLeavePartial = true;
      this.planLook();
    };
    const timer = clock.setTimer(again, delayMs);
    this.pausing.set(again, entries);
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

interface Failure {
  readonly entry: PendingSend;
  readonly error: unknown;
}

function isGivenUp({ ongoing }: PendingSend): boolean {
  return ongoing.error !== undefined;
}

/** What was given up while its request was under way is not tried again. */
function withoutGivenUp(attempt: EndedAttempt): EndedAttempt {
  const { entry, outcome } = attempt;
  const { error } = entry.ongoing;
  if (error === undefined || outcome.kind !== 'again') return attempt;
  return { entry, outcome: { kind: 'given-up', error } };
}

const LINGER_MS = 100;
/**
 * The client below has repeated the call already, so pauses start where its own end. Each is at least half of its
 * bound: four of them outlast the second or two in which a role is rotated.
 */
const RETRY_PAUSE_MS = { first: 300, max: 5_000 };
