import { FifoQueue } from '../primitives/fifo-queue.js';

/** Bounds how many messages are held at once; those beyond wait for their turn, first come, first served. */
export class Room {
  private free: number;
  private readonly waiting = new FifoQueue<() => void>();

  constructor(size: number) {
    this.free = size;
  }

  /** Undefined where a place was free: nothing to wait for. */
  enter(): Promise<void> | undefined {
    if (this.free > 0) {
      this.free--;
      return undefined;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Gives a place back; it passes straight to whoever waits longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next();
  }
}
