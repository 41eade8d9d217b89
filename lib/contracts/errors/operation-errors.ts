import { SQS_LIMITS } from '../limits.js';
import type { RedriveProgress } from '../operations/redriving.js';
import { SqsError } from './sqs-error.js';

/** What was asked of a queue is not allowed to these credentials. */
export class QueueAccessDeniedError extends SqsError {
  readonly queue: string;
  /** The right that is missing, such as `sqs:PurgeQueue`. */
  readonly action: string;

  constructor(facts: { queue: string; operation: string; cause?: unknown }) {
    // A batch call needs the right of the single one.
    const action = `sqs:${facts.operation.replace(/Batch$/, '')}`;
    super(
      `Expected to be allowed ${action} on queue "${facts.queue}", but access was denied${saidBy(facts.cause)}. ` +
        'Allow it to the role in use, or check credentials and region.',
      { cause: facts.cause },
    );
    this.queue = facts.queue;
    this.action = action;
  }
}

/** The service's own reason, which names the role and the action; it is the cause of what the gateway threw. */
function saidBy(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== ''
    ? ` (${cause.message.replace(/\.$/, '')})`
    : '';
}

/** SQS purges a queue once a minute; the last purge still runs. */
export class PurgeInProgressError extends SqsError {
  readonly queue: string;
  readonly retryAfterSeconds = SQS_LIMITS.purgeIntervalSeconds;

  constructor(facts: { queue: string; cause?: unknown }) {
    super(
      `Queue "${facts.queue}" was purged less than ${SQS_LIMITS.purgeIntervalSeconds} s ago, and SQS purges a queue ` +
        'once in that time. Messages that came meanwhile are still there: ask again later, or drain the queue.',
      { cause: facts.cause },
    );
    this.queue = facts.queue;
  }
}

/** A name cannot be used again for a minute after its queue was deleted. */
export class QueueDeletedRecentlyError extends SqsError {
  readonly queue: string;
  readonly retryAfterSeconds = SQS_LIMITS.deletedNameSeconds;

  constructor(facts: { queue: string; cause?: unknown }) {
    super(
      `Queue "${facts.queue}" was deleted less than ${SQS_LIMITS.deletedNameSeconds} s ago, and SQS keeps its name ` +
        'blocked for that time. Create it again later, or under another name.',
      { cause: facts.cause },
    );
    this.queue = facts.queue;
  }
}

/** An operation on all queues would have met queues of others. */
export class UnsafePrefixError extends SqsError {
  constructor(facts: { operation: string; prefix: string }) {
    const found = facts.prefix === '' ? 'none' : `"${facts.prefix}"`;
    super(
      `${facts.operation} needs a prefix that ends in "-" or "_", so that it meets no queue of others, got ${found}. ` +
        'Set queuePrefix, give { prefix }, or name the queues one by one.',
    );
  }
}

/** An operation on many queues that failed on some of them; all were tried. */
export class PartialQueuesError extends SqsError {
  readonly done: readonly string[];
  readonly failed: readonly { readonly queue: string; readonly error: unknown }[];

  constructor(facts: {
    operation: string;
    done: readonly string[];
    failed: readonly { readonly queue: string; readonly error: unknown }[];
  }) {
    const reasons = facts.failed.map(({ error }) => (error as Error).message).join(' ');
    const total = facts.done.length + facts.failed.length;
    super(`${facts.operation} failed on ${facts.failed.length} of ${total} queues. ${reasons}`, {
      cause: facts.failed[0]?.error,
    });
    this.done = facts.done;
    this.failed = facts.failed;
  }
}

/** A move task of this dead-letter queue runs already, and not to where this one was to go. */
export class MoveTaskRunningError extends SqsError {
  readonly queue: string;

  constructor(facts: { queue: string; runningTo: string | undefined; wanted: string | undefined }) {
    super(
      `Dead-letter queue "${facts.queue}" has a move task that runs to ${nameOf(facts.runningTo)}, while this one is to go ` +
        `to ${nameOf(facts.wanted)}, and SQS runs one at a time. Wait for it, or cancel it first.`,
    );
    this.queue = facts.queue;
  }
}

/** SQS would not start a move task, or ended it before all was moved. */
export class MoveTaskRefusedError extends SqsError {
  readonly queue: string;
  readonly reason: string;
  readonly movedCount: number;

  constructor(facts: { queue: string; reason: string; movedCount?: number; cause?: unknown }) {
    const { movedCount = 0 } = facts;
    super(
      `SQS did not move the messages of "${facts.queue}": ${facts.reason}. ${movedCount} were moved; the others are where ` +
        "they were. A redrive with way: 'receive-and-send' does without move tasks.",
      { cause: facts.cause },
    );
    this.queue = facts.queue;
    this.reason = facts.reason;
    this.movedCount = movedCount;
  }
}

/** A redrive that could not go on. Nothing is lost: what was not moved is in the dead-letter queue. */
export class RedriveInterruptedError extends SqsError {
  readonly queue: string;
  readonly progress: RedriveProgress;

  constructor(facts: { queue: string; progress: RedriveProgress; cause: unknown }) {
    const reason = facts.cause instanceof Error ? facts.cause.message : String(facts.cause);
    super(
      `The redrive of "${facts.queue}" ended early: ${reason} ${facts.progress.movedCount} messages were moved; ` +
        'the others are in the dead-letter queue. Start it again to go on.',
      { cause: facts.cause },
    );
    this.queue = facts.queue;
    this.progress = facts.progress;
  }
}

function nameOf(queue: string | undefined): string {
  return queue === undefined ? 'where the messages came from' : `"${queue}"`;
}
