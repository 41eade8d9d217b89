/**
 * How many receives may be open at once over one connection, so that they leave sockets for everything else.
 *
 * Standing polls, those of levels known to be empty, leave one for polls that ask, and take turns with them where there is
 * only one. Where they cannot all stand at once they are shorter, so that each gets its turn in the time that one would
 * stand.
 */
export class PollBudget {
  private openCount = 0;
  private standingCount = 0;
  private standerCount = 0;
  private readonly asking = new Set<() => void>();
  private readonly standing = new Set<() => void>();
  private isStandingNext = false;

  /** @param max undefined: no bound */
  constructor(private readonly max: number | undefined) {}

  /** False where none is left; then `retry` is called once when one comes free. */
  take(retry: () => void, isStanding = false): boolean {
    if (!this.hasFree(isStanding)) {
      (isStanding ? this.standing : this.asking).add(retry);
      return false;
    }
    this.openCount++;
    this.isStandingNext = !isStanding;
    if (isStanding) this.standingCount++;
    return true;
  }

  release(isStanding = false): void {
    this.openCount--;
    if (isStanding) this.standingCount--;
    // Whoever asks again and gets none waits for the next that comes free.
    for (let left = this.asking.size + this.standing.size; left > 0; left--) {
      const retry = this.takeNext();
      if (retry === undefined) return;
      // One that has no use for it now, being paused or busy, leaves it to the next.
      retry();
    }
  }

  forget(retry: () => void): void {
    this.asking.delete(retry);
    this.standing.delete(retry);
  }

  isAwaitedBy(retry: () => void): boolean {
    return this.asking.has(retry) || this.standing.has(retry);
  }

  /** So many levels more, or less, may have a standing poll each. */
  addStanders(count: number): void {
    this.standerCount += count;
  }

  /** More levels than can stand at once. */
  get isShort(): boolean {
    return this.standerCount > this.maxStanding;
  }

  /** What is left of a standing poll's seconds so that all get their turn in that time. */
  standingWaitSeconds(seconds: number): number {
    if (!this.isShort) return seconds;
    const shared = Math.floor((seconds * this.maxStanding) / this.standerCount);
    return Math.min(seconds, Math.max(1, shared));
  }

  private get maxStanding(): number {
    return this.max === undefined ? Infinity : Math.max(1, this.max - 1);
  }

  private takeNext(): (() => void) | undefined {
    const standing = this.hasFree(true) ? firstOf(this.standing) : undefined;
    const asking = this.hasFree(false) ? firstOf(this.asking) : undefined;
    const next = this.isStandingNext ? (standing ?? asking) : (asking ?? standing);
    if (next !== undefined) this.forget(next);
    return next;
  }

  private hasFree(isStanding: boolean): boolean {
    if (this.max === undefined) return true;
    if (this.openCount >= this.max) return false;
    return !isStanding || this.standingCount < this.maxStanding;
  }
}

function firstOf<T>(items: Set<T>): T | undefined {
  const [first] = items;
  return first;
}
