import type { Clock, Timer } from '../contracts/clock.js';
import type { BatchTaskHandler } from '../contracts/handlers.js';
import type { Delivery } from './delivery.js';

export interface BatchCollectorParts {
  handler: BatchTaskHandler;
  clock: Clock;
  /** Takes a batch that is full, or has waited long enough; never empty. */
  onReady(deliveries: Delivery[], handler: BatchTaskHandler): void;
}

/** Gathers the deliveries of one batch handler until there are enough of them, or the first has waited long enough. */
export class BatchCollector {
  private deliveries: Delivery[] = [];
  private timer: Timer | undefined;

  constructor(private readonly parts: BatchCollectorParts) {}

  get size(): number {
    return this.deliveries.length;
  }

  add(delivery: Delivery): void {
    const { handler, clock } = this.parts;
    this.deliveries.push(delivery);
    if (this.deliveries.length >= handler.options.maxSize) this.ready();
    else this.timer ??= clock.setTimer(() => this.ready(), handler.options.maxWaitMs);
  }

  /** Takes out what was gathered, for giving it back. */
  takeAll(): Delivery[] {
    this.timer?.cancel();
    this.timer = undefined;
    const taken = this.deliveries;
    this.deliveries = [];
    return taken;
  }

  private ready(): void {
    const taken = this.takeAll();
    if (taken.length > 0) this.parts.onReady(taken, this.parts.handler);
  }
}
