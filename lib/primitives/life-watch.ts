import type { Clock, Timer } from '../contracts/clock.js';
import {
  TaskHardTimeoutError,
  TaskNotAliveError,
  TaskSilentError,
} from '../contracts/errors/index.js';
import type { LongTaskOptions, TaskPulse } from '../contracts/isolation.js';
import { LONG_TASK_DEFAULTS } from '../contracts/options/defaults.js';
import type { TaskDelivery } from '../contracts/task.js';

export interface LifeWatchParts {
  limits: LongTaskOptions;
  /** What `isAlive` is told of. */
  delivery: TaskDelivery;
  clock: Clock;
  /** A limit was passed; called at most once. */
  onOver(error: Error): void;
}

/** Watches one piece of work from now on: its hard limit, its silence, and what its probe says. */
export class LifeWatch {
  private readonly startedAt: number;
  private progressedAt: number;
  private progressed: unknown;
  private readonly timers = new Map<string, Timer>();
  private isOver = false;

  constructor(private readonly parts: LifeWatchParts) {
    this.startedAt = this.progressedAt = parts.clock.now();
    const { hardTimeoutMs, silenceTimeoutMs, isAlive } = parts.limits;
    // A timer of its own: whatever else fails, or never answers, the hard limit fires.
    if (hardTimeoutMs !== undefined) {
      this.in(hardTimeoutMs, 'hard', () => this.over(new TaskHardTimeoutError({ hardTimeoutMs })));
    }
    if (silenceTimeoutMs !== undefined) this.listen(silenceTimeoutMs);
    if (isAlive !== undefined) this.askLater();
  }

  progress(value: unknown): void {
    this.progressedAt = this.parts.clock.now();
    this.progressed = value;
  }

  stop(): void {
    this.isOver = true;
    for (const timer of this.timers.values()) timer.cancel();
  }

  private listen(silenceTimeoutMs: number): void {
    const { clock } = this.parts;
    const left = this.progressedAt + silenceTimeoutMs - clock.now();
    if (left <= 0) return this.over(new TaskSilentError({ silenceTimeoutMs }));
    this.in(left, 'silence', () => this.listen(silenceTimeoutMs));
  }

  private askLater(): void {
    const { isAliveEveryMs = LONG_TASK_DEFAULTS.isAliveEveryMs } = this.parts.limits;
    this.in(isAliveEveryMs, 'probe', () => void this.ask());
  }

  private async ask(): Promise<void> {
    const runningMs = this.parts.clock.now() - this.startedAt;
    try {
      const isAlive = (await this.parts.limits.isAlive?.(this.pulse())) ?? true;
      if (!isAlive) this.over(new TaskNotAliveError({ runningMs }));
    } catch (cause) {
      this.over(new TaskNotAliveError({ runningMs, cause }));
    }
    if (!this.isOver) this.askLater();
  }

  private pulse(): TaskPulse {
    const { clock, delivery } = this.parts;
    const now = clock.now();
    const { startedAt, progressedAt, progressed } = this;
    return {
      delivery,
      runningMs: now - startedAt,
      silentMs: now - progressedAt,
      progress: progressed,
    };
  }

  private in(ms: number, name: string, callback: () => void): void {
    this.timers.set(name, this.parts.clock.setTimer(callback, ms));
  }

  private over(error: Error): void {
    if (this.isOver) return;
    this.stop();
    this.parts.onOver(error);
  }
}
