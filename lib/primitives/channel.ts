import { FifoQueue } from './fifo-queue.js';

type Answer<T> = (result: IteratorResult<T, undefined>) => void;

/** Hands values to whoever asks, first come first served: a value waits for an ask, or an ask for a value. */
export class Channel<T> {
  private readonly values = new FifoQueue<T>();
  private readonly asks = new FifoQueue<Answer<T>>();
  private isClosed = false;

  /** Values that nobody has asked for. */
  get size(): number {
    return this.values.size;
  }

  /** Asks that have no value. */
  get askCount(): number {
    return this.asks.size;
  }

  /** After `close()` it has no effect. */
  put(value: T): void {
    if (this.isClosed) return;
    const answer = this.asks.shift();
    if (answer === undefined) this.values.push(value);
    else answer({ done: false, value });
  }

  /** The next value in the order of the asks; done once the channel is closed and holds no more. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.values.size > 0) {
      return Promise.resolve({ done: false, value: this.values.shift() as T });
    }
    if (this.isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.asks.push(resolve));
  }

  /** Takes out the oldest value that nobody has asked for. */
  drop(): void {
    this.values.shift();
  }

  /** Takes no more values; asks that have none are done. Idempotent. */
  close(): void {
    this.isClosed = true;
    for (const answer of this.asks.takeAll()) answer({ done: true, value: undefined });
  }

  /** Closes it, and answers the values that nobody has asked for. */
  takeAll(): T[] {
    this.close();
    return this.values.takeAll();
  }
}
