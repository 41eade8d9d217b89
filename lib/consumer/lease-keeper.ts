import type { Clock, Timer } from '../contracts/clock.js';
import type { EntryResult, QueueGateway, VisibilityChange } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { Background } from '../primitives/background.js';
import { errorText } from '../primitives/error-text.js';
import type { Lease } from './lease.js';

export interface LeaseKeeperParts {
  gateway: Pick<QueueGateway, 'changeVisibilityBatch'>;
  queueUrl: string;
  visibilityTimeoutSeconds: number;
  clock: Clock;
  logger: SqsLogger;
  background: Background;
  /** After a round: how many leases it extended. */
  onExtended(count: number): void;
}

/**
 * Keeps every lease of one queue alive with one timer.
 *
 * A round comes every sixth of the visibility timeout, or earlier where a lease would end before. It extends what has
 * less than half of its time left, ten a call, so a failed extension has at least one more round before the lease
 * ends. A lease whose deadline has passed, or that SQS refuses to extend, is lost.
 */
export class LeaseKeeper {
  private readonly leases = new Set<Lease>();
  private timer: Timer | undefined;
  private readonly timeoutMs: number;

  constructor(private readonly parts: LeaseKeeperParts) {
    this.timeoutMs = parts.visibilityTimeoutSeconds * 1000;
  }

  keep(lease: Lease): void {
    this.leases.add(lease);
    this.timer ??= this.setTimer(this.timeoutMs / 6);
  }

  /** Its settlement begins, or nobody wants it any more. */
  drop(lease: Lease): void {
    this.leases.delete(lease);
    if (this.leases.size === 0) this.stopTimer();
  }

  /** At the end of a drain: what is still held lapses by itself. */
  close(): void {
    this.leases.clear();
    this.stopTimer();
  }

  /**
   * At least so many seconds from now, for a handler that knows it needs them.
   * @throws LeaseLostError
   */
  async extend(lease: Lease, seconds: number): Promise<void> {
    const { clock } = this.parts;
    if (lease.isLostAt(clock.now())) throw lease.lostError;
    if (lease.deadline - clock.now() >= lease.secondsWithinCap(seconds, clock.now()) * 1000) return;
    await lease.extending;
    await this.extendBatch([lease], seconds);
    if (lease.isLostAt(clock.now())) throw lease.lostError;
  }

  private setTimer(ms: number): Timer {
    return this.parts.clock.setTimer(() => this.round(), ms);
  }

  private stopTimer(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private round(): void {
    this.timer = undefined;
    const now = this.parts.clock.now();
    this.forgetLost(now);
    const due = [...this.leases].filter((lease) => this.isDue(lease, now));
    for (let i = 0; i < due.length; i += SQS_LIMITS.batchEntries) {
      const batch = due.slice(i, i + SQS_LIMITS.batchEntries);
      this.parts.background.track(this.extendBatch(batch, this.parts.visibilityTimeoutSeconds));
    }
    if (this.leases.size > 0) this.timer = this.setTimer(this.untilNextRound(now));
  }

  private forgetLost(now: number): void {
    for (const lease of this.leases) if (lease.isLostAt(now)) this.leases.delete(lease);
  }

  private isDue(lease: Lease, now: number): boolean {
    if (lease.extending !== undefined || lease.deadline - now > this.timeoutMs / 2) return false;
    // Near twelve hours an extension gains nothing any more, and one of zero seconds would give the message away.
    const { visibilityTimeoutSeconds } = this.parts;
    return now + lease.secondsWithinCap(visibilityTimeoutSeconds, now) * 1000 > lease.deadline;
  }

  private untilNextRound(now: number): number {
    let wait = this.timeoutMs / 6;
    for (const lease of this.leases) wait = Math.min(wait, Math.max(1, lease.deadline - now));
    return wait;
  }

  private extendBatch(leases: Lease[], seconds: number): Promise<void> {
    const work = this.callFor(leases, seconds).finally(() => {
      for (const lease of leases) lease.extending = undefined;
    });
    for (const lease of leases) lease.extending = work;
    return work;
  }

  private async callFor(leases: Lease[], seconds: number): Promise<void> {
    const { queueUrl, clock, logger } = this.parts;
    const askedAt = clock.now();
    const targets = leases.map((lease) => ({
      lease,
      seconds: lease.secondsWithinCap(seconds, askedAt),
    }));
    const entries = targets.map(({ lease, seconds: visibilityTimeoutSeconds }) => ({
      receiptHandle: lease.receiptHandle,
      visibilityTimeoutSeconds,
    }));
    try {
      const results = await this.changeWithinARound(entries);
      const extended = targets.filter((target, i) => applied(target, results[i], askedAt));
      if (extended.length > 0) this.parts.onExtended(extended.length);
    } catch (error) {
      // The next round tries again while time remains.
      logger.warn('Extending leases failed', {
        queueUrl,
        count: leases.length,
        reason: errorText(error),
      });
    }
  }

  /** A call that nothing answers is given up in time for the next round to ask again. */
  private async changeWithinARound(entries: VisibilityChange[]): Promise<EntryResult[]> {
    const { gateway, queueUrl, clock } = this.parts;
    const late = new AbortController();
    const timer = clock.setTimer(() => late.abort(), this.timeoutMs / 6);
    try {
      return await gateway.changeVisibilityBatch(queueUrl, entries, { signal: late.signal });
    } finally {
      timer.cancel();
    }
  }
}

function applied(
  target: { lease: Lease; seconds: number },
  result: EntryResult | undefined,
  askedAt: number,
): boolean {
  if (result?.ok === true) {
    target.lease.deadline = askedAt + target.seconds * 1000;
    return true;
  }
  if (result?.failure.senderFault === true) target.lease.lose('refused');
  return false;
}
