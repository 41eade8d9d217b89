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
      this.waiting.delete(retry);
      retry();
      return;
    }
  }

  forget(retry: () => void): void {
    this.waiting.delete(retry);
  }
}
