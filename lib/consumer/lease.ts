import { LeaseLostError, type LeaseLostCause } from '../contracts/errors/index.js';
import { SQS_LIMITS } from '../contracts/limits.js';

/** SQS counts whole seconds, and a call takes time: nothing is extended beyond this much before the cap. */
const capMarginMs = 1000;

/**
 * From when the lease of a received message counts, monotonic milliseconds.
 *
 * SQS begins the visibility timeout when it gives the message: after the request left, which for a long poll may be 20 s too
 * early, and before its answer was read, which is too late by what the network and a blocked event loop took. So the lease
 * counts from a sixth of the timeout before the reading, and never from before the request.
 */
export function leaseStart(facts: { askedAt: number; readAt: number; timeoutMs: number }): number {
  return Math.max(facts.askedAt, facts.readAt - facts.timeoutMs / 6);
}

export interface LeaseFacts {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly receiveCount: number;
  /** As `leaseStart` says. */
  readonly receivedAt: number;
  readonly timeoutMs: number;
}

/**
 * The time a message is ours. A lease is
 * - HELD from the receive on; the keeper extends it while it stays HELD;
 * - LOST once its deadline passed, SQS refused to extend it, SQS gave the message again, or twelve hours were used up: whoever
 *   holds it is told;
 * - ENDED once its settlement began: nobody extends it any more.
 * HELD → LOST, HELD → ENDED and LOST → ENDED are the only moves.
 *
 * The deadline is never later than SQS's own: it counts from before the call that set it left.
 */
export class Lease {
  private error: LeaseLostError | undefined;
  private hasEnded = false;
  private wasGivenBack = false;
  /** Told once when the lease is lost while somebody works under it. */
  onLost: ((error: LeaseLostError) => void) | undefined;
  /** The operation on its receipt that is under way or waits for its turn, the last in line. They go one after another. */
  lastOperation: Promise<unknown> | undefined;

  readonly messageId: string;
  readonly receiptHandle: string;
  /** Of two receipts of one message, the one with the higher count is the newer. */
  readonly receiveCount: number;
  /** Monotonic milliseconds of the receive: SQS counts its twelve hours from here. */
  readonly receivedAt: number;
  /** Monotonic milliseconds when the visibility timeout ends. */
  deadline: number;

  constructor(facts: LeaseFacts) {
    this.messageId = facts.messageId;
    this.receiptHandle = facts.receiptHandle;
    this.receiveCount = facts.receiveCount;
    this.receivedAt = facts.receivedAt;
    this.deadline = facts.receivedAt + facts.timeoutMs;
  }

  get isHeld(): boolean {
    return this.error === undefined && !this.hasEnded;
  }

  get isEnded(): boolean {
    return this.hasEnded;
  }

  /** A settlement began that makes the message visible: somebody else may have it. */
  get isGivenBack(): boolean {
    return this.wasGivenBack;
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

  /** What SQS confirms at this moment proves something: after the end of a lease it may say yes and do nothing. */
  isProofAt(now: number): boolean {
    return this.error === undefined && now < this.deadline;
  }

  /** SQS has confirmed an extension that was asked for at `askedAt`; false where the answer came too late to prove it. */
  extend(facts: { askedAt: number; seconds: number; now: number }): boolean {
    if (this.isLostAt(facts.now) || !this.isProofAt(facts.now)) return false;
    this.deadline = facts.askedAt + facts.seconds * 1000;
    return true;
  }

  lose(because: LeaseLostCause): void {
    if (this.error !== undefined) return;
    this.error = new LeaseLostError({ messageId: this.messageId, because });
    this.onLost?.(this.error);
  }

  end(): void {
    this.hasEnded = true;
  }

  /** As `end`, by making the message visible. */
  giveBack(): void {
    this.hasEnded = true;
    this.wasGivenBack = true;
  }
}
