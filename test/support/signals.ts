/**
 * Says that something happened, once or often. What was fired before anyone waited is kept: `next()` never misses
 * a thing, and answers each only once.
 */
export class Signal<T = void> {
  private readonly unread: T[] = [];
  private readonly waiting: ((value: T) => void)[] = [];
  /** How often it was fired. */
  count = 0;

  fire(value: T): void {
    this.count++;
    const first = this.waiting.shift();
    if (first === undefined) this.unread.push(value);
    else first(value);
  }

  next(): Promise<T> {
    if (this.unread.length > 0) return Promise.resolve(this.unread.shift() as T);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export function signal<T = void>(): Signal<T> {
  return new Signal<T>();
}

/** Holds everybody back until it is opened, and nobody after. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const opened = signal();
  return { opened: opened.next(), open: () => opened.fire() };
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
