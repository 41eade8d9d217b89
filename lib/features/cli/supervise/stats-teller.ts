import type { ForkedProcess } from '../host.js';

/**
 * Of all worker processes of a command one calls the app's `@OnQueueStats()` methods, so that neither requests nor calls
 * multiply: the first that consumes, and when it has ended, another that does.
 */
export class StatsTeller {
  private readonly running = new Set<ForkedProcess>();
  private teller: ForkedProcess | undefined;

  constructor(private readonly choose: (child: ForkedProcess) => void) {}

  started(child: ForkedProcess): void {
    this.running.add(child);
    this.look();
  }

  ended(child: ForkedProcess): void {
    this.running.delete(child);
    if (this.teller === child) this.teller = undefined;
    this.look();
  }

  private look(): void {
    if (this.teller !== undefined) return;
    [this.teller] = this.running;
    if (this.teller !== undefined) this.choose(this.teller);
  }
}
