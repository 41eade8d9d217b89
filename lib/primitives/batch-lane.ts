import type { Clock, Timer } from '../contracts/clock.js';

export interface BatchLaneOptions<T> {
  /** Items of a full batch. */
  maxItems: number;
  /** Milliseconds that a batch which is not full may wait for more. */
  lingerMs: number;
  clock: Clock;
  /** Takes a batch away; never throws. */
  send(batch: T[]): void;
}

/** Gathers items into batches: a full one leaves at once, another after a short linger or when told to. */
export class BatchLane<T> {
  private items: T[] = [];
  private timer: Timer | undefined;

  constructor(private readonly options: BatchLaneOptions<T>) {}

  get size(): number {
    return this.items.length;
  }

  add(item: T): void {
    this.items.push(item);
    if (this.items.length >= this.options.maxItems) this.flush();
    else this.timer ??= this.options.clock.setTimer(() => this.flush(), this.options.lingerMs);
  }

  /** Sends what waits, full or not. */
  flush(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.items.length === 0) return;
    const batch = this.items;
    this.items = [];
    this.options.send(batch);
  }
}
