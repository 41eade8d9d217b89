/** Promises that somebody may want to see the end of. */
export class SendsInProgress {
  private readonly running = new Set<Promise<unknown>>();

  track<T>(send: Promise<T>): Promise<T> {
    this.running.add(send);
    const forget = () => void this.running.delete(send);
    send.then(forget, forget);
    return send;
  }

  /** Resolves when all that run now have ended, however they end. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  get count(): number {
    return this.running.size;
  }
}
