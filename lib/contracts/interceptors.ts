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

/** Wraps every delivery: around the handler with all its Nest enhancers, and after classification. */
export interface SqsTaskInterceptor {
  intercept(delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome>;
}
