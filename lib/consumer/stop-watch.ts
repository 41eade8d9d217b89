import type { Clock, Timer } from '../contracts/clock.js';
import type { StopDecision, StopFacts, StopPolicy } from '../contracts/stop-policy.js';
import type { StartGate } from './start-gate.js';

export interface StopWatchParts {
  policy: StopPolicy;
  queues: readonly string[];
  clock: Clock;
  /** The policy says so; called at most once. */
  onStop(): void;
  /** The policy threw, or answered what cannot be understood; called at most once. */
  onBroken(error: unknown): void;
}

/**
 * Counts what a stop policy wants to know, and asks it whenever the answer may have changed. A policy that throws has
 * decided nothing: the worker goes on.
 */
export class StopWatch implements StartGate {
  private readonly decision: StopDecision;
  private readonly emptyQueues = new Set<string>();
  private startedCount = 0;
  private endedCount = 0;
  private lastActiveAt: number;
  private timer: Timer | undefined;
  private isOver = false;
  private isBroken = false;

  constructor(private readonly parts: StopWatchParts) {
    this.decision = parts.policy.start();
    this.lastActiveAt = parts.clock.now();
  }

  /** Begins to watch: a policy may stop a worker that never gets anything. */
  begin(): void {
    this.lastActiveAt = this.parts.clock.now();
    this.ask();
  }

  startsLeft(): number {
    if (this.decision.startsLeft === undefined) return Infinity;
    return this.asked(Infinity, () =>
      numberOf(
        this.decision.startsLeft?.({ ...this.facts(), startedCount: this.startedCount }),
        Infinity,
      ),
    );
  }

  started(): void {
    this.startedCount++;
    this.lastActiveAt = this.parts.clock.now();
  }

  ended(): void {
    this.endedCount++;
    this.lastActiveAt = this.parts.clock.now();
    this.ask();
  }

  answered(queue: string, count: number): void {
    if (count > 0) {
      this.lastActiveAt = this.parts.clock.now();
      this.emptyQueues.delete(queue);
      return;
    }
    this.emptyQueues.add(queue);
    this.ask();
  }

  close(): void {
    this.isOver = true;
    this.timer?.cancel();
  }

  private ask(): void {
    if (this.isOver) return;
    const facts = this.facts();
    if (this.asked(false, () => this.decision.shouldStop(facts))) {
      this.close();
      this.parts.onStop();
      return;
    }
    this.askAgainIn(
      this.asked(undefined, () => numberOf(this.decision.recheckInMs?.(facts), undefined)),
    );
  }

  private asked<T>(otherwise: T, ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      if (!this.isBroken) this.parts.onBroken(error);
      this.isBroken = true;
      return otherwise;
    }
  }

  private askAgainIn(ms: number | undefined): void {
    if (ms === undefined || this.timer !== undefined) return;
    const fire = (): void => {
      this.timer = undefined;
      this.ask();
    };
    // At least a millisecond, so that a policy which answers 0 for ever cannot spin.
    this.timer = this.parts.clock.setTimer(fire, Math.max(1, ms));
  }

  private facts(): StopFacts {
    const { endedCount, startedCount } = this;
    const runningCount = startedCount - endedCount;
    const idleMs = runningCount > 0 ? 0 : this.parts.clock.now() - this.lastActiveAt;
    // Counted, as this is asked at every answer and every end: with thousands of queues a look at each would add up.
    const areQueuesEmpty = this.emptyQueues.size === this.parts.queues.length;
    return { endedCount, runningCount, idleMs, areQueuesEmpty };
  }
}

/** A policy may be written without types. @throws TypeError */
function numberOf<T>(answer: unknown, byDefault: T): number | T {
  if (answer === undefined) return byDefault;
  if (typeof answer === 'number' && !Number.isNaN(answer)) return answer;
  throw new TypeError(`Expected a stop policy to answer a number, got ${typeof answer}.`);
}
