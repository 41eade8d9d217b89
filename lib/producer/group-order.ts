import { deferred } from '../primitives/deferred.js';

/** A send's place among those of its group. */
export interface Turn {
  /** Undefined where nobody is before it. */
  readonly come: Promise<void> | undefined;
  /** Lets the next one go on; once is enough, more is harmless. */
  pass(): void;
}

/**
 * Keeps sends of one group in the order of their `send()` calls while each is made ready, which may take one longer than
 * another: an asynchronous schema, an interceptor that waits.
 */
export class GroupOrder {
  private readonly last = new Map<string, Promise<void>>();

  enter(queue: string, groupId: string): Turn {
    const key = `${queue}\n${groupId}`;
    const come = this.last.get(key);
    const { promise: passed, resolve } = deferred();
    this.last.set(key, passed);
    return { come, pass: () => this.passOn(key, passed, resolve) };
  }

  private passOn(key: string, passed: Promise<void>, pass: () => void): void {
    if (this.last.get(key) === passed) this.last.delete(key);
    pass();
  }
}
