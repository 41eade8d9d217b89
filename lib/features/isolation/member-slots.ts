import { deferred, type Deferred } from '../../primitives/deferred.js';

/** As many runs at once as the pool has members; the pool's own queue is never used. */
export class MemberSlots {
  private readonly waiting = new Set<Deferred<void>>();

  constructor(private freeCount: number) {}

  /** Rejects with the reason where the signal is aborted first. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.freeCount > 0) {
      this.freeCount--;
      return;
    }
    const turn = deferred();
    const giveUp = (): void => {
      this.waiting.delete(turn);
      turn.reject(signal.reason);
    };
    this.waiting.add(turn);
    signal.addEventListener('abort', giveUp, { once: true });
    await turn.promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  give(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.freeCount++;
      return;
    }
    this.waiting.delete(next);
    next.resolve();
  }
}
