import type { TaskDelivery } from './task.js';

/** Why a policy is asked. */
export interface FailureFacts {
  readonly error: unknown;
  readonly delivery: TaskDelivery;
}

/** What to do with a delivery that failed. Made by `retry()`, `discard()`, `deadLetter()` and `crash()`. */
export type OutcomePolicy =
  | { readonly kind: 'retry'; readonly backoff?: Backoff }
  | { readonly kind: 'discard' }
  | { readonly kind: 'dead-letter' }
  | { readonly kind: 'crash' };

/**
 * Seconds until the next attempt, after `attempt` attempts (1 after the first). The engine rounds the answer and
 * keeps it within 0…43,200 less what the lease has used. Undefined: leave the visibility timeout as it is.
 */
export type Backoff = (attempt: number, facts: FailureFacts) => number | undefined;

/**
 * Who moves a message whose last allowed attempt failed: SQS by itself, at its next receive; or the worker, by a copy that
 * carries the reason of the last failure.
 */
export type ExhaustedMode = 'sqs' | 'copy';

export type AckMode = 'after' | 'before' | 'manual';

export type FifoFailureMode = 'hold' | 'release' | 'wait';
