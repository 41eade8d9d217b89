import type { ResolvedConsumeOptions, ResolvedWorkerOptions } from './worker-options.js';
import type { RepliesOptions } from './module-options.js';
import type { ResolvedProducerOptions } from './producer-options.js';

/** Prefetch follows `concurrency` up to here: one receive brings at most ten. */
export const MAX_DEFAULT_PREFETCH = 10;

/** Levels of one queue: sqspipes has as many, and each is a queue to be polled. */
export const MAX_PRIORITIES = 16;

/** Shortest visibility timeout that a worker receives with, seconds: under two no lease could be renewed in time. */
export const MIN_VISIBILITY_SECONDS = 2;

/** What may be logged of each task. */
export const TASK_LOGS = ['all', 'outcomes', 'failures'] as const;

/** Everything a worker's options say by default that is plain data; policies are made where they are implemented. */
export const CONSUME_DEFAULTS = {
  concurrency: 10,
  waitTimeSeconds: 20,
  onExhausted: 'sqs',
  ack: 'after',
  stuckAfterMs: 60_000,
  onStuck: 'wait',
  logTasks: 'all',
  slotsHeldWarningMs: 300_000,
  fifoFailure: 'hold',
  settleLingerMs: 250,
  minPriority: 0,
  priorityOrder: 'strict',
} as const satisfies Partial<ResolvedConsumeOptions>;

export const WORKER_DEFAULTS = {
  drainTimeoutMs: 20_000,
  closeTimeoutMs: 15_000,
} as const satisfies Partial<ResolvedWorkerOptions>;

export const PRODUCER_DEFAULTS = {
  maxRequestsInFlight: 16,
  maxBufferedMessages: 10_000,
  maxAttempts: 5,
  codec: 'json',
  sendTimeoutMs: 30_000,
  closeTimeoutMs: 5_000,
  strictOrder: false,
} as const satisfies ResolvedProducerOptions;

export const REPLIES_DEFAULTS = {
  prefix: 'replies-',
} as const satisfies Required<RepliesOptions>;

export const QUEUE_DEFAULTS = {
  connection: 'default',
  highThroughput: false,
  priorities: 1,
  onMissingQueue: 'error',
} as const;

export const DEAD_LETTER_DEFAULTS = {
  maxReceiveCount: 5,
} as const;

export const LONG_TASK_DEFAULTS = {
  isAliveEveryMs: 5_000,
} as const;

export const ISOLATE_DEFAULTS = {
  idleTimeoutMs: 300_000,
  abortGraceMs: 100,
} as const;
