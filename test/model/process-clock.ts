import type { Clock, Timer } from '../../lib/contracts/index.js';

/** The clock of one process: once that is dead, none of its timers fires. */
export class ProcessClock implements Clock {
  private readonly timers = new Set<Timer>();
  private isDead = false;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  wallNow(): number {
    return this.clock.wallNow();
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    if (this.isDead) return { cancel() {} };
    const inner = this.clock.setTimer(() => {
      this.timers.delete(timer);
      callback();
    }, delayMs);
    const timer = {
      cancel: (): void => {
        inner.cancel();
        this.timers.delete(timer);
      },
    };
    this.timers.add(timer);
    return timer;
  }

  kill(): void {
    this.isDead = true;
    for (const timer of this.timers) timer.cancel();
  }
}
