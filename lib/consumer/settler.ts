import type { Clock } from '../contracts/clock.js';
import { GatewayError } from '../contracts/errors/index.js';
import type { EntryFailure, EntryResult, QueueGateway } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import type { SqsLogger } from '../contracts/logger.js';
import { exponentialWait } from '../primitives/backoff.js';
import type { Background } from '../primitives/background.js';
import { BatchLane } from '../primitives/batch-lane.js';
import { errorText } from '../primitives/error-text.js';
import type { Lease } from './lease.js';

export interface SettlerParts {
  gateway: Pick<QueueGateway, 'deleteBatch' | 'changeVisibilityBatch'>;
  queueUrl: string;
  clock: Clock;
  logger: SqsLogger;
  background: Background;
  /** Milliseconds that a delete may wait for others. */
  deleteLingerMs: number;
  /** With so many waiting it is full: whoever takes messages should take no more. */
  maxWaiting: number;
  /** It was full and is not any more. */
  onRoom(): void;
  random?: () => number;
  onGivenUp(facts: { messageId: string; action: string; code: string }): void;
}

/**
 * - `confirmed`: SQS did it while the lease was held.
 * - `unproved`: SQS said yes, but the lease had ended by then; on a standard queue such a yes proves nothing.
 * - `failed`: it was refused, or not done before the lease ended. SQS will deliver the message again.
 */
export type Settlement = 'confirmed' | 'unproved' | 'failed';

interface Job {
  readonly lease: Lease;
  /** The message was given back before: what SQS confirms now proves nothing. */
  readonly wasGivenBack: boolean;
  /** Undefined: delete. */
  readonly visibilitySeconds: number | undefined;
  readonly done: (settlement: Settlement) => void;
  tries: number;
  /** It was to be flushed while it waited for its turn. */
  isUrgent: boolean;
}

/** Milliseconds that visibility changes wait for each other; a retry's delay is counted in seconds. */
const visibilityLingerMs = 25;
const retryMs = { first: 100, max: 5_000 };

/**
 * Tells SQS how deliveries ended: deletes and visibility changes of one queue, ten a call or after a short linger.
 * Every entry's answer is read; what failed in passing is repeated, by its receipt handle, while its lease lasts.
 * Operations on one receipt keep their order: a settlement goes after what is under way for it, and nothing follows it but
 * another settlement.
 */
export class Settler {
  private readonly deletes: BatchLane<Job>;
  private readonly changes: BatchLane<Job>;
  private readonly random: () => number;
  private unsettled = 0;
  private readonly repeats = new Set<() => void>();
  /** Behind another operation on their receipt. */
  private readonly queued = new Set<Job>();
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly parts: SettlerParts) {
    this.random = parts.random ?? Math.random;
    this.deletes = this.lane(parts.deleteLingerMs);
    this.changes = this.lane(visibilityLingerMs);
  }

  /** Settlements accepted and not yet answered. */
  get waitingCount(): number {
    return this.unsettled;
  }

  get isFull(): boolean {
    return this.unsettled >= this.parts.maxWaiting;
  }

  delete(lease: Lease): Promise<Settlement> {
    return this.settle(lease, undefined);
  }

  /** Seconds from now until SQS may give the message again; 0 gives it back at once. */
  changeVisibility(lease: Lease, seconds: number): Promise<Settlement> {
    const settlement = this.settle(lease, seconds);
    lease.giveBack();
    return settlement;
  }

  /** Sends what waits, full or not, repeats included. */
  flush(): void {
    for (const repeat of this.repeats) repeat();
    for (const job of this.queued) job.isUrgent = true;
    this.deletes.flush();
    this.changes.flush();
  }

  /** Resolves when nothing waits; whoever waits should flush first. */
  idle(): Promise<void> {
    if (this.unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private settle(lease: Lease, visibilitySeconds: number | undefined): Promise<Settlement> {
    const before = lease.lastOperation;
    const wasGivenBack = lease.isGivenBack;
    lease.end();
    this.unsettled++;
    const settlement = new Promise<Settlement>((resolve) => {
      const done = (how: Settlement): void => {
        resolve(how);
        this.oneDone();
      };
      const job = { lease, visibilitySeconds, wasGivenBack, done, tries: 0, isUrgent: false };
      if (before === undefined) this.laneOf(job).add(job);
      else this.parts.background.track(this.addAfter(before, job));
    });
    lease.lastOperation = settlement;
    return settlement;
  }

  private async addAfter(before: Promise<unknown>, job: Job): Promise<void> {
    this.queued.add(job);
    await before;
    this.queued.delete(job);
    const lane = this.laneOf(job);
    lane.add(job);
    if (job.isUrgent) lane.flush();
  }

  private laneOf({ visibilitySeconds }: Job): BatchLane<Job> {
    return visibilitySeconds === undefined ? this.deletes : this.changes;
  }

  private lane(lingerMs: number): BatchLane<Job> {
    return new BatchLane<Job>({
      maxItems: SQS_LIMITS.batchEntries,
      lingerMs,
      clock: this.parts.clock,
      send: (jobs) => this.parts.background.track(this.send(jobs)),
    });
  }

  private async send(jobs: Job[]): Promise<void> {
    const results = await this.call(jobs);
    const now = this.parts.clock.now();
    jobs.forEach((job, i) => this.conclude(job, results[i] ?? missing, now));
  }

  private async call(jobs: Job[]): Promise<EntryResult[]> {
    const { gateway, queueUrl } = this.parts;
    try {
      if (jobs[0]?.visibilitySeconds === undefined) {
        return await gateway.deleteBatch(queueUrl, jobs.map(handleOf));
      }
      return await gateway.changeVisibilityBatch(queueUrl, jobs.map(visibilityOf));
    } catch (error) {
      // No signal ends these calls: `aborted` means that the connection is closed, and no repeat could help.
      const senderFault = error instanceof GatewayError && error.kind === 'aborted';
      const failure = { code: 'CallFailed', message: errorText(error), senderFault };
      return jobs.map(() => ({ ok: false, failure }));
    }
  }

  private conclude(job: Job, result: EntryResult, now: number): void {
    if (result.ok) {
      const isProof = !job.wasGivenBack && job.lease.isProofAt(now);
      return job.done(isProof ? 'confirmed' : 'unproved');
    }
    if (!result.failure.senderFault && this.repeatLater(job, now)) return;
    this.giveUp(job, result.failure);
  }

  private repeatLater(job: Job, now: number): boolean {
    job.tries++;
    const wait = exponentialWait({ attempt: job.tries, ...retryMs, random: this.random });
    if (now + wait >= job.lease.deadline) return false;
    const repeat = (): void => {
      timer.cancel();
      this.repeats.delete(repeat);
      this.laneOf(job).add(job);
    };
    const timer = this.parts.clock.setTimer(repeat, wait);
    this.repeats.add(repeat);
    return true;
  }

  private giveUp(job: Job, failure: EntryFailure): void {
    const action = job.visibilitySeconds === undefined ? 'delete' : 'change visibility';
    const facts = { messageId: job.lease.messageId, action, code: failure.code };
    const { logger, queueUrl } = this.parts;
    logger.warn('A settlement was given up; SQS will deliver the message again', {
      queueUrl,
      ...facts,
      reason: failure.message,
      tries: job.tries,
    });
    this.parts.onGivenUp(facts);
    job.done('failed');
  }

  private oneDone(): void {
    this.unsettled--;
    if (this.unsettled === this.parts.maxWaiting - 1) this.parts.onRoom();
    if (this.unsettled > 0) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

const missing: EntryResult = {
  ok: false,
  failure: { code: 'MissingFromResponse', message: 'no answer for this entry', senderFault: false },
};

function handleOf(job: Job): string {
  return job.lease.receiptHandle;
}

function visibilityOf(job: Job): { receiptHandle: string; visibilityTimeoutSeconds: number } {
  return {
    receiptHandle: job.lease.receiptHandle,
    visibilityTimeoutSeconds: job.visibilitySeconds ?? 0,
  };
}
