/** Every task by its number: how often it was handled to its end. One byte each, outside the measured heap. */
export class Ledger {
  sentCount = 0;
  /** Tasks that were handled at least once. */
  handledCount = 0;
  /** Times that a task was handled once more. */
  repeatedCount = 0;
  private timesHandled = new Uint8Array(1 << 20);

  /** The number of the next task. */
  next(): number {
    const n = this.sentCount++;
    if (n >= this.timesHandled.length) this.grow();
    return n;
  }

  handled(n: number): void {
    if (this.timesHandled[n] === 0) this.handledCount += 1;
    else this.repeatedCount += 1;
    this.timesHandled[n] = Math.min(255, (this.timesHandled[n] ?? 0) + 1);
  }

  /** Tasks on their way. */
  get openCount(): number {
    return this.sentCount - this.handledCount;
  }

  /** Up to ten numbers of tasks that were never handled. */
  missing(): number[] {
    const found: number[] = [];
    for (let n = 0; n < this.sentCount && found.length < 10; n += 1) {
      if (this.timesHandled[n] === 0) found.push(n);
    }
    return found;
  }

  private grow(): void {
    const larger = new Uint8Array(this.timesHandled.length * 2);
    larger.set(this.timesHandled);
    this.timesHandled = larger;
  }
}
