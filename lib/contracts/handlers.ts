import type { AckMode, ExhaustedMode, OutcomePolicy } from './policies.js';
import type { TaskTarget } from './sending.js';
import type { IsolateOptions, LongTaskOptions } from './isolation.js';
import type { RunningDelivery, TaskDelivery } from './task.js';
import type { DataVerdict } from './task-contract.js';

/** How one handler behaves; each overrides the worker's own. */
export interface TaskHandlerOptions {
  /** Milliseconds until `signal` is aborted; the slot and the lease wait for the real end. Default: none. */
  timeoutMs?: number;
  onError?: OutcomePolicy;
  onInvalidMessage?: OutcomePolicy;
  /** Who moves a message whose last attempt failed. */
  onExhausted?: ExhaustedMode;
  ack?: AckMode;
}

/**
 * Judges the data of a delivery before its handler is called. Refused data are an invalid message; a check that throws
 * has failed like a handler.
 */
export type DataCheck = (delivery: TaskDelivery) => DataVerdict | Promise<DataVerdict>;

/** One handler, as the engine sees it. */
export interface TaskHandler {
  /** For logs: `Class.method`. */
  readonly name: string;
  readonly options: TaskHandlerOptions & LongTaskOptions & { isolate?: IsolateOptions };
  /** @default any data will do */
  readonly check?: DataCheck | undefined;
  /**
   * Runs it with the data that the check made, or as they came. Resolves once it has really ended: promise resolved,
   * Observable complete, all event handlers done. Rejects with the error that decides the outcome.
   */
  run(delivery: RunningDelivery, data: unknown): Promise<unknown>;
}

/** A handler of many messages at once. */
export interface BatchTaskHandler {
  readonly name: string;
  readonly options: TaskHandlerOptions & { maxSize: number; maxWaitMs: number };
  /** Judges each delivery by itself. @default any data will do */
  readonly check?: DataCheck | undefined;
  /**
   * Runs it with the data of each delivery, in the same order. Answers the error of each one that failed, by message id;
   * the others succeeded.
   */
  run(
    deliveries: readonly TaskDelivery[],
    data: readonly unknown[],
  ): Promise<ReadonlyMap<string, unknown>>;
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
