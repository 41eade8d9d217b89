import type { AckMode, ExhaustedMode, FifoFailureMode, OutcomePolicy } from '../policies.js';
import type { TASK_LOGS } from './defaults.js';
import type { StopPolicy } from '../stop-policy.js';

/**
 * Which lines are logged of each task: `all`, that it was received and how it ended; `outcomes`, how it ended; `failures`,
 * only outcomes other than success.
 */
export type TaskLogs = (typeof TASK_LOGS)[number];

/** How one queue is consumed. Every option may also stand on the worker, for all its queues. */
export interface ConsumeOptions {
  /** Handlers that run at once. Range 1…10,000. @default 10 */
  concurrency?: number;
  /** Messages held beyond the running ones, leased like them. Range 0…10,000. @default as many as `concurrency`, at most 10 */
  prefetch?: number;
  /** Seconds a receive waits for messages. Range 0…20. @default 20 */
  waitTimeSeconds?: number;
  /** Visibility timeout of this worker's receives, seconds. Range 2…43,200. @default the queue's; 30 where that is below 2 */
  visibilityTimeoutSeconds?: number;
  /** What happens when a handler throws, or what stands around it. @default retry(exponential()) */
  onError?: OutcomePolicy;
  /** What happens to a task that nothing here handles. @default retry(exponential()) */
  onUnknownTask?: OutcomePolicy;
  /** What happens to a message that cannot be decoded, or whose data its handler's schema refuses. @default retry(exponential()) */
  onInvalidMessage?: OutcomePolicy;
  /**
   * Who moves a message to the dead-letter queue when its last attempt failed: `'sqs'` at its next receive, or `'copy'`:
   * the worker at once, with the reason of the last failure. FIFO queues that hold a failing head always copy.
   * @default 'sqs'
   */
  onExhausted?: ExhaustedMode;
  /** When a message is deleted. @default 'after' */
  ack?: AckMode;
  /** Milliseconds until a handler's `signal` is aborted. Range 1…43,200,000. @default none */
  timeoutMs?: number;
  /** Milliseconds after which a handler that passed its `timeoutMs`, or lost its lease, counts as stuck. @default 60,000 */
  stuckAfterMs?: number;
  /** What a stuck handler leads to. @default 'wait' */
  onStuck?: 'exit' | 'wait';
  /** Lines that are logged of each task. @default 'all' */
  logTasks?: TaskLogs;
  /** Milliseconds that the same tasks may hold all slots, while messages wait, before a warning names them. Range 1,000…43,200,000. @default 300,000 */
  slotsHeldWarningMs?: number;
  /** FIFO: what happens to the rest of a group when its head fails. @default 'hold' */
  fifoFailure?: FifoFailureMode;
  /** FIFO without a dead-letter queue: attempts before the head is given up by `onError`'s last resort. @default unlimited */
  maxAttempts?: number;
  /** Milliseconds a delete may wait for others to share its request. Range 0…1,000. @default 250 */
  settleLingerMs?: number;
  /** Queues with priorities: the lowest level that this worker takes from. Range 0…15. @default 0 */
  minPriority?: number;
  /** Queues with priorities: the highest level that this worker takes from. Range 0…15. @default the queue's highest */
  maxPriority?: number;
  /** Queues with priorities: which level goes first. @default 'strict' */
  priorityOrder?: PriorityOrder;
}

/**
 * Which level of a queue goes first.
 * - `'strict'`: always the highest that has messages; lower ones wait for as long as it takes.
 * - `'weighted'`: all at once, level n with weight n + 1, so that no level starves.
 * - `{ weights }`: the same with weights of one's own, one per level of the queue, lowest first.
 */
export type PriorityOrder = 'strict' | 'weighted' | { weights: readonly number[] };

export interface WorkerQueueOptions extends ConsumeOptions {
  /** Name, URL or ARN of the queue. */
  name: string;
  /** Serve this queue with the handlers of another, for example a dead-letter queue in place. */
  handlersOf?: string;
}

/** One stage of a pipeline, and how this worker runs it; what is said here beats the stage's decorator. */
export interface WorkerStageOptions extends ConsumeOptions {
  /** `pipeline.stage` or `pipeline.index`, counted from 0; `pipeline` alone for all of its stages. */
  stage: string;
  /** Further arguments of the method, after the value. @default none */
  args?: readonly unknown[];
}

export interface WorkerOptions extends ConsumeOptions {
  /** What is consumed. @default every queue that a handler is bound to; none where `stages` are named */
  queues?: readonly (string | WorkerQueueOptions)[];
  /** Stages of pipelines that run here: `words` for all, `words.reduce` or `words.1` for one. @default none */
  stages?: readonly (string | WorkerStageOptions)[];
  /** Milliseconds that handlers get to finish once the worker stops. Range 0…3,600,000. @default 20,000 */
  drainTimeoutMs?: number;
  /**
   * Milliseconds that `runSqsWorker()` waits for `app.close()` after the drain, the app's own shutdown hooks included;
   * then the process exits. Range 0…3,600,000. @default 15,000
   */
  closeTimeoutMs?: number;
  /** When the worker stops by itself. @default never() */
  stopWhen?: StopPolicy;
}

/** Complete: what the engine gets for one queue. */
export interface ResolvedConsumeOptions {
  readonly concurrency: number;
  readonly prefetch: number;
  readonly waitTimeSeconds: number;
  readonly visibilityTimeoutSeconds: number | undefined;
  readonly onError: OutcomePolicy;
  readonly onUnknownTask: OutcomePolicy;
  readonly onInvalidMessage: OutcomePolicy;
  readonly onExhausted: ExhaustedMode;
  readonly ack: AckMode;
  readonly timeoutMs: number | undefined;
  readonly stuckAfterMs: number;
  readonly onStuck: 'exit' | 'wait';
  readonly logTasks: TaskLogs;
  readonly slotsHeldWarningMs: number;
  readonly fifoFailure: FifoFailureMode;
  readonly maxAttempts: number | undefined;
  readonly settleLingerMs: number;
  readonly minPriority: number;
  /** Undefined: the queue's highest. */
  readonly maxPriority: number | undefined;
  readonly priorityOrder: PriorityOrder;
}

export interface ResolvedWorkerQueue {
  readonly name: string;
  readonly handlersOf: string;
  /** `onUnknownTask` was chosen, for the queue or for the worker: it need not have a handler. */
  readonly takesUnknownTasks: boolean;
  readonly consume: ResolvedConsumeOptions;
}

export interface ResolvedWorkerOptions {
  /** Undefined: every queue that a handler is bound to. */
  readonly queues: readonly ResolvedWorkerQueue[] | undefined;
  /** For queues that are found by their handlers. */
  readonly defaults: ResolvedConsumeOptions;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly stopWhen: StopPolicy;
}
