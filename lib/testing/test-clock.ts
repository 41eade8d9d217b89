import type { Clock } from '../contracts/index.js';
import { ManualClock, settlePromises } from '../primitives/manual-clock.js';
import { systemClock } from '../primitives/system-clock.js';
import { sleep } from '../primitives/wait.js';
import { ManualClockNeededError } from './testing-errors.js';
import { realNow, rest } from './real-time.js';

export type ClockKind = 'manual' | 'real';

/** Handlers that run now, and how many have ever begun. */
export interface Running {
  readonly runningCount: number;
  readonly startedCount: number;
}

/** Milliseconds in which a send that gathers company has left, however little else is known to wait. */
const LINGER_MS = 120;
/** Beyond what something lingers: the calls that follow it. */
const MARGIN_MS = 10;
/** Real milliseconds that a handler which has just begun may take before manual time goes on without it. */
const PATIENCE_MS = 20;
/** Real milliseconds that closing waits for handlers before manual time runs to their deadline. */
const CLOSING_PATIENCE_MS = 1_000;
/** Longest pause that a send makes by itself; a later timer is none that it waits for. */
const LONGEST_SEND_PAUSE_MS = 5_000;
/** Real milliseconds that interceptors, hooks and schemas of sends may take before manual time runs to the sends' deadline. */
const SENDING_PATIENCE_MS = 3_000;

/**
 * Time in a test. Manual time stands still while a handler waits for something real, for as long as is reasonable:
 * what is quick in real time is instantaneous in manual time.
 */
export class TestClock {
  readonly clock: Clock;
  private readonly manual: ManualClock | undefined;
  private sleeping = 0;

  constructor(
    kind: ClockKind,
    private readonly running: Running,
  ) {
    this.manual = kind === 'manual' ? new ManualClock() : undefined;
    this.clock = this.manual ?? systemClock;
  }

  /** @throws ManualClockNeededError */
  async advance(ms: number): Promise<void> {
    const { manual } = this;
    if (manual === undefined) throw new ManualClockNeededError({ method: `advance(${ms})` });
    const target = manual.now() + ms;
    await settlePromises();
    await this.waitForNew(0);
    let { startedCount } = this.running;
    while (await manual.step(target - manual.now())) {
      if (this.running.startedCount === startedCount) continue;
      await this.waitForNew(startedCount);
      ({ startedCount } = this.running);
    }
    manual.stall(target - manual.now());
  }

  /** For handlers that take long on the clock of the test. */
  async sleep(ms: number): Promise<void> {
    this.sleeping++;
    await sleep(this.clock, ms);
    this.sleeping--;
  }

  /** Handlers that do something real; those that sleep wait for the clock. */
  private get isWorking(): boolean {
    return this.running.runningCount > this.sleeping;
  }

  /** Waits until nothing is under way that would end by itself, or go on, within what it lingers. */
  async untilQuiet(facts: {
    /** How long something that is seen to wait may still take; 0 where nothing is. */
    lingerMs(): number;
    activity(): number;
    /** Called at each look; throws where it has taken too long. */
    check(): void;
  }): Promise<void> {
    let seen = -1;
    let quietMs = 0;
    for (;;) {
      facts.check();
      await settlePromises();
      const activity = facts.activity();
      if (activity !== seen || this.isWorking) quietMs = 0;
      const lingerMs = Math.max(this.leastQuietMs, facts.lingerMs() + MARGIN_MS);
      if (activity === seen && quietMs >= lingerMs) return;
      seen = activity;
      if (this.isWorking) await rest(1);
      else quietMs += await this.pass(lingerMs - quietMs);
    }
  }

  /** Lets time go on until the work has ended: what it waits for may be a timer of ours. */
  until<T>(work: Promise<T>): Promise<T> {
    return this.advanceUntil(work, () => this.isWorking, CLOSING_PATIENCE_MS);
  }

  /** The same for sends: user code that prepares them may do something real. */
  untilSent<T>(work: Promise<T>): Promise<T> {
    const isReal = (): boolean => (this.manual?.nextTimerInMs ?? 0) > LONGEST_SEND_PAUSE_MS;
    return this.advanceUntil(work, () => this.isWorking || isReal(), SENDING_PATIENCE_MS);
  }

  private async advanceUntil<T>(
    work: Promise<T>,
    isReal: () => boolean,
    patienceMs: number,
  ): Promise<T> {
    if (this.manual === undefined) return work;
    const progress = { isOver: false };
    const over = () => void (progress.isOver = true);
    void work.then(over, over);
    await settlePromises();
    const started = realNow();
    while (!progress.isOver) {
      if (isReal() && realNow() - started < patienceMs) await rest(1);
      else await this.next();
    }
    return work;
  }

  /** Manual time costs nothing; of real time only what a send takes. */
  private get leastQuietMs(): number {
    return this.manual === undefined ? MARGIN_MS : LINGER_MS;
  }

  /** The next timer, if it comes within `ms`; answers how much time has passed. */
  private async pass(ms: number): Promise<number> {
    if (this.manual === undefined) {
      await rest(5);
      return 5;
    }
    const next = this.manual.nextTimerInMs ?? Infinity;
    if (next > ms) return Infinity;
    await this.manual.advance(next);
    return Math.max(next, 1);
  }

  private async next(): Promise<void> {
    const ms = this.manual?.nextTimerInMs;
    if (ms === undefined) await rest(1);
    else await this.manual?.advance(ms);
    await settlePromises();
  }

  private async waitForNew(startedCount: number): Promise<void> {
    if (this.running.startedCount === startedCount) return;
    const until = realNow() + PATIENCE_MS;
    while (this.isWorking && realNow() < until) await rest(1);
    await settlePromises();
  }
}
