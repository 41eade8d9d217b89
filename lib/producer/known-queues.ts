import type { QueueHandle, QueueLookup } from '../contracts/queue-handle.js';

/**
 * Queues that sends have found. A known one is answered at once, so that a send is encoded before `send()` returns; while
 * one is looked up, all wait on the same promise, and so go on in the order in which they came.
 */
export class KnownQueues {
  private readonly known = new Map<string, QueueHandle>();
  private readonly sought = new Map<string, Promise<QueueHandle>>();

  constructor(private readonly lookup: QueueLookup) {}

  /** @throws QueueNotFoundError; the next call asks again */
  find(name: string): QueueHandle | Promise<QueueHandle> {
    return this.known.get(name) ?? this.sought.get(name) ?? this.seek(name);
  }

  private seek(name: string): Promise<QueueHandle> {
    const found = this.lookup.find(name);
    this.sought.set(name, found);
    // These are the first reactions of the promise: who waits on it runs next, before anybody who finds it known.
    found.then(
      (queue) => {
        this.known.set(name, queue);
        this.sought.delete(name);
      },
      () => this.sought.delete(name),
    );
    return found;
  }
}
