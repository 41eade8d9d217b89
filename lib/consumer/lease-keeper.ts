import type { Clock, Timer } from '../contracts/clock.js';
import { LeaseLostError } from '../contracts/errors/index.js';
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
 * ends. A lease whose deadline has passed, or that SQS refuses to extend, is lost; so is one whose extension is confirmed
 * only after its deadline, as SQS may say yes for a message that is elsewhere by then.
 */
export class LeaseKeeper {
  /** By message id. */
  private readonly leases = new Map<string, Lease>();
  private timer: Timer | undefined;
  private readonly timeoutMs: number;

  constructor(private readonly parts: LeaseKeeperParts) {
    this.timeoutMs = parts.visibilityTimeoutSeconds * 1000;
  }

  /** False where a newer receipt of its message is held already: its answer was long on its way, and it is of no use. */
  keep(lease: Lease): boolean {
    const other = this.leases.get(lease.messageId);
    if (other !== undefined && other.receiptHandle !== lease.receiptHandle) {
      if (other.receiveCount > lease.receiveCount) return false;
      // Given again, a message is not held by its earlier receipt any more, whatever SQS said of that.
      if (!other.isLostAt(this.parts.clock.now())) other.lose('redelivered');
    }
    this.leases.set(lease.messageId, lease);
    this.timer ??= this.setTimer(this.timeoutMs / 6);
    return true;
  }

  /** Its settlement begins, or nobody wants it any more. */
  drop(lease: Lease): void {
    if (this.leases.get(lease.messageId) !== lease) return;
    this.leases.delete(lease.messageId);
    if (this.leases.size === 0) this.stopTimer();
  }

  /** At the end of a drain: what is still held lapses by itself. */
  close(): void {
    this.leases.clear();
    this.stopTimer();
  }

  /**
   * At least so many seconds from now, for a handler that knows it needs them.
   * @throws LeaseLostError where it is lost, or its settlement has begun
   */
  async extend(lease: Lease, seconds: number): Promise<void> {
    const { clock } = this.parts;
    // What goes before it may make it needless, or end the lease.
    while (!this.isLongEnough(lease, seconds)) {
      if (lease.lastOperation !== undefined) await lease.lastOperation;
      else {
        await this.extendBatch([lease], seconds);
        if (lease.isLostAt(clock.now())) throw lease.lostError;
        return;
      }
    }
  }

  private isLongEnough(lease: Lease, seconds: number): boolean {
    const now = this.parts.clock.now();
    if (lease.isLostAt(now)) throw lease.lostError;
    const { messageId } = lease;
    if (lease.isEnded) throw new LeaseLostError({ messageId, because: 'settled' });
    return lease.deadline - now >= lease.secondsWithinCap(seconds, now) * 1000;
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
    const due = [...this.leases.values()].filter((lease) => this.isDue(lease, now));
    for (let i = 0; i < due.length; i += SQS_LIMITS.batchEntries) {
      const batch = due.slice(i, i + SQS_LIMITS.batchEntries);
      this.parts.background.track(this.extendBatch(batch, this.parts.visibilityTimeoutSeconds));
    }
    if (this.leases.size > 0) this.timer = this.setTimer(this.untilNextRound(now));
  }

  private forgetLost(now: number): void {
    for (const [id, lease] of this.leases) if (lease.isLostAt(now)) this.leases.delete(id);
  }

  private isDue(lease: Lease, now: number): boolean {
    if (lease.lastOperation !== undefined || lease.deadline - now > this.timeoutMs / 2)
      return false;
    // Near twelve hours an extension gains nothing any more, and one of zero seconds would give the message away.
    const { visibilityTimeoutSeconds } = this.parts;
    return now + lease.secondsWithinCap(visibilityTimeoutSeconds, now) * 1000 > lease.deadline;
  }

  private untilNextRound(now: number): number {
    let wait = this.timeoutMs / 6;
    for (const lease of this.leases.values())
      wait = Math.min(wait, Math.max(1, lease.deadline - now));
    return wait;
  }

  private extendBatch(leases: Lease[], seconds: number): Promise<void> {
    const work = this.callFor(leases, seconds).then(() => {
      for (const lease of leases) {
        if (lease.lastOperation === work) lease.lastOperation = undefined;
      }
    });
    for (const lease of leases) lease.lastOperation = work;
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
      const now = clock.now();
      const extended = targets.filter((target, i) => applied(target, results[i], { askedAt, now }));
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

  /** A call that nothing answers is given up in time for the next round to ask again; a later answer counts for nothing. */
  private changeWithinARound(entries: VisibilityChange[]): Promise<EntryResult[]> {
    const { gateway, queueUrl, clock } = this.parts;
    const late = new AbortController();
    const call = gateway.changeVisibilityBatch(queueUrl, entries, { signal: late.signal });
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(() => {
        late.abort();
        reject(new Error(`no answer within ${Math.round(this.timeoutMs / 6)} ms`));
      }, this.timeoutMs / 6);
      call.finally(() => timer.cancel()).then(resolve, reject);
    });
  }
}

function applied(
  { lease, seconds }: { lease: Lease; seconds: number },
  result: EntryResult | undefined,
  at: { askedAt: number; now: number },
): boolean {
  if (result?.ok === true) return lease.extend({ ...at, seconds });
  if (result?.failure.senderFault === true) lease.lose('refused');
  return false;
}
