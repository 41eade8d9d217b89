import { LeaseLostError, type LeaseLostCause } from '../contracts/errors/index.js';
import { SQS_LIMITS } from '../contracts/limits.js';

/** SQS counts whole seconds, and a call takes time: nothing is extended beyond this much before the cap. */
const capMarginMs = 1000;

/**
 * The time a message is ours. A lease is
 * - HELD from the receive on; the keeper extends it while it stays HELD;
 * - LOST once its deadline passed, SQS refused to extend it, or twelve hours were used up: whoever holds it is told;
 * - ENDED once its settlement began: nobody extends it any more.
 * HELD → LOST, HELD → ENDED and LOST → ENDED are the only moves.
 */
export class Lease {
  private error: LeaseLostError | undefined;
  private hasEnded = false;
  /** Told once when the lease is lost while somebody works under it. */
  onLost: ((error: LeaseLostError) => void) | undefined;
  /** A visibility change that is on its way; what settles this message goes after it. */
  extending: Promise<void> | undefined;

  constructor(
    readonly messageId: string,
    readonly receiptHandle: string,
    /** Monotonic milliseconds of the receive: SQS counts its twelve hours from here. */
    readonly receivedAt: number,
    /** Monotonic milliseconds when the visibility timeout ends. */
    public deadline: number,
  ) {}

  get isHeld(): boolean {
    return this.error === undefined && !this.hasEnded;
  }

  get lostError(): LeaseLostError | undefined {
    return this.error;
  }

  /** Twelve hours after the receive, less a margin: no extension reaches beyond it. */
  get capAt(): number {
    return this.receivedAt + SQS_LIMITS.visibilityTimeoutSeconds * 1000 - capMarginMs;
  }

  /** Whole seconds that an extension asked for now may last. */
  secondsWithinCap(seconds: number, now: number): number {
    return Math.max(0, Math.min(Math.ceil(seconds), Math.floor((this.capAt - now) / 1000)));
  }

  /** Looks at the clock too: after a blocked event loop no timer has told yet. */
  isLostAt(now: number): boolean {
    if (this.isHeld && now >= this.deadline) {
      this.lose(now + 1000 >= this.capAt ? 'cap' : 'expired');
    }
    return this.error !== undefined;
  }

  lose(because: LeaseLostCause): void {
    if (this.error !== undefined) return;
    this.error = new LeaseLostError({ messageId: this.messageId, because });
    this.onLost?.(this.error);
  }

  end(): void {
    this.hasEnded = true;
  }
}
