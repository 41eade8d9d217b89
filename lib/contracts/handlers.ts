import type { AckMode, OutcomePolicy } from './policies.js';
import type { TaskTarget } from './sending.js';
import type { IsolateOptions, LongTaskOptions } from './isolation.js';
import type { RunningDelivery, TaskDelivery } from './task.js';

/** How one handler behaves; each overrides the worker's own. */
export interface TaskHandlerOptions {
  /** Milliseconds until `signal` is aborted; the slot and the lease wait for the real end. Default: none. */
  timeoutMs?: number;
  onError?: OutcomePolicy;
  onInvalidMessage?: OutcomePolicy;
  ack?: AckMode;
}

/** One handler, as the engine sees it. */
export interface TaskHandler {
  /** For logs: `Class.method`. */
  readonly name: string;
  readonly options: TaskHandlerOptions & LongTaskOptions & { isolate?: IsolateOptions };
  /**
   * Runs it. Resolves once it has really ended: promise resolved, Observable complete, all event handlers done.
   * Rejects with the error that decides the outcome.
   */
  run(delivery: RunningDelivery): Promise<unknown>;
}

/** A handler of many messages at once. */
export interface BatchTaskHandler {
  readonly name: string;
  readonly options: TaskHandlerOptions & { maxSize: number; maxWaitMs: number };
  /** Answers the error of each delivery that failed, by message id; the others succeeded. */
  run(deliveries: readonly TaskDelivery[]): Promise<ReadonlyMap<string, unknown>>;
}

export type HandlerMatch =
  { kind: 'task'; handler: TaskHandler } | { kind: 'batch'; handler: BatchTaskHandler };

/** Finds who handles what; filled by the Nest layer, or by hand. */
export interface HandlerLookup {
  /** Queue-bound beats unbound. */
  find(queue: string, pattern: string): HandlerMatch | undefined;
  /** The raw handler of a queue: it gets every message of it, undecoded. */
  findRaw(queue: string): TaskHandler | undefined;
  /** Largest `maxSize` of the queue's batch handlers; 0 where it has none. */
  maxBatchSizeOf(queue: string): number;
  /** Patterns served from a queue, for start-up reports and errors. */
  patternsOf(queue: string): readonly string[];
}

/**
 * Runs a task's handler in this process, through its pipes, guards and interceptors, and sends nothing.
 * Answers the handler's value, rejects with its error.
 * @throws TaskNotFoundError
 */
export type LocalTaskRunner = (target: TaskTarget, data: unknown) => Promise<unknown>;
