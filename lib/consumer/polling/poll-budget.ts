/**
 * How many receives may be open at once over one connection, so that they leave sockets for everything else. Standing
 * polls of levels known to be empty leave one for those that ask, and are shorter where they cannot all stand at once: so
 * each gets its turn within the time that one would stand.
 */
export class PollBudget {
  private openCount = 0;
  private standingCount = 0;
  private standerCount = 0;
  /** Who waits, and whether for a standing poll. */
  private readonly waiting = new Map<() => void, boolean>();

  /** @param max undefined: no bound */
  constructor(private readonly max: number | undefined) {}

  /** False where none is left; then `retry` is called once when one comes free. */
  take(retry: () => void, isStanding = false): boolean {
    if (!this.hasFree(isStanding)) {
      this.waiting.set(retry, isStanding);
      return false;
    }
    this.openCount++;
    if (isStanding) this.standingCount++;
    return true;
  }

  release(isStanding = false): void {
    this.openCount--;
    if (isStanding) this.standingCount--;
    // Who asks again and gets none waits for the next that comes free.
    let left = this.waiting.size;
    for (const [retry, waitsToStand] of this.waiting) {
      if (left-- === 0 || !this.hasFree(false)) return;
      if (!this.hasFree(waitsToStand)) continue;
      this.waiting.delete(retry);
      // One that has no use for it now, being paused or busy, leaves it to the next.
      retry();
    }
  }

  forget(retry: () => void): void {
    this.waiting.delete(retry);
  }

  isAwaitedBy(retry: () => void): boolean {
    return this.waiting.has(retry);
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

  private hasFree(isStanding: boolean): boolean {
    if (this.max === undefined) return true;
    if (this.openCount >= this.max) return false;
    return !isStanding || this.standingCount < this.maxStanding;
  }
}
