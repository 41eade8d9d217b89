/** Owns the promises that nobody waits for at once, so that closing can wait for them. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly report: (error: unknown) => void) {}

  get size(): number {
    return this.running.size;
  }

  track(work: Promise<unknown>): void {
    const owned: Promise<void> = work.then(undefined, this.report).then(() => {
      this.running.delete(owned);
    });
    this.running.add(owned);
  }

  /** Resolves when nothing runs any more, what was started meanwhile included. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
