/** How many receives may be open at once over one connection, so that they leave sockets for everything else. */
export class PollBudget {
  private openCount = 0;
  private readonly waiting = new Set<() => void>();

  /** @param max undefined: no bound */
  constructor(private readonly max: number | undefined) {}

  /** False where none is left; then `retry` is called once when one comes free. */
  take(retry: () => void): boolean {
    if (this.max !== undefined && this.openCount >= this.max) {
      this.waiting.add(retry);
      return false;
    }
    this.openCount++;
    return true;
  }

  release(): void {
    this.openCount--;
    for (const retry of this.waiting) {
      if (this.max !== undefined && this.openCount >= this.max) return;
      this.waiting.delete(retry);
      // One that has no use for it now, being paused or busy, leaves it to the next.
      retry();
    }
  }

  forget(retry: () => void): void {
    this.waiting.delete(retry);
  }
}
