import type { Observable } from 'rxjs';
import type { Outcome, TaskDelivery } from './task.js';
import type { SendOptions, SendResult } from './sending.js';

/** One send on its way out; an interceptor may change `data` and `options` before it calls `next.handle()`. */
export interface SendContext {
  readonly pattern: string | undefined;
  data: unknown;
  options: SendOptions;
  /** Logical name of the queue it goes to. */
  queue: string;
}

export interface SendHandler {
  handle(): Observable<SendResult>;
}

/** Wraps every send; throwing before `next.handle()` stops it. */
export interface SqsSendInterceptor {
  intercept(send: SendContext, next: SendHandler): Observable<SendResult>;
}

export interface TaskChainHandler {
  handle(): Observable<Outcome>;
}

/**
 * Wraps every delivery: around the handler with all its Nest enhancers, and after classification. What an interceptor
 * throws is classified like an error of the handler, so those outside of it see an outcome.
 */
export interface SqsTaskInterceptor {
  intercept(delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome>;
}

/**
 * Runs work where the key-values that travelled with a task can be read: all code of a delivery runs inside, its
 * interceptors included. A batch handler, called once for many deliveries, gets an empty scope. `priority` is what its sends
 * may inherit.
 */
export type TaskScope = <R>(
  context: Readonly<Record<string, unknown>>,
  work: () => R,
  priority: number,
) => R;
