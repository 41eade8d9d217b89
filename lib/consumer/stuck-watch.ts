import type { Clock, Timer } from '../contracts/clock.js';
import type { Delivery } from './delivery.js';

export interface StuckWatchParts {
  stuckAfterMs: number;
  clock: Clock;
  onStuck(delivery: Delivery): void;
}

/** Watches handlers whose signal was aborted: one that still runs long after is stuck. */
export class StuckWatch {
  private readonly timers = new Map<Delivery, Timer>();
  private readonly stuck = new Set<Delivery>();

  constructor(private readonly parts: StuckWatchParts) {}

  get stuckCount(): number {
    return this.stuck.size;
  }

  /** Its signal was aborted while its handler runs. */
  aborted(delivery: Delivery): void {
    if (this.timers.has(delivery)) return;
    const timer = this.parts.clock.setTimer(() => {
      this.stuck.add(delivery);
      this.parts.onStuck(delivery);
    }, this.parts.stuckAfterMs);
    this.timers.set(delivery, timer);
  }

  ended(delivery: Delivery): void {
    this.timers.get(delivery)?.cancel();
    this.timers.delete(delivery);
    this.stuck.delete(delivery);
  }

  close(): void {
    for (const timer of this.timers.values()) timer.cancel();
  }
}
