import type { Clock } from '../../contracts/index.js';
import { pause } from '../../primitives/pause.js';

/** Lets so many through a second; whoever comes earlier waits for its turn. */
export class Pacer {
  private freeAt: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves once `count` more may pass, or once the signal aborts. */
  async turn(count: number): Promise<void> {
    if (this.perSecond === undefined || count === 0) return;
    const now = this.clock.now();
    const startsAt = Math.max(now, this.freeAt ?? now);
    this.freeAt = startsAt + (count * 1_000) / this.perSecond;
    if (startsAt > now) await pause(this.clock, startsAt - now, this.signal);
  }
}
