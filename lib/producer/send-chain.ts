import { defer, lastValueFrom, type Observable } from 'rxjs';
import type { SendContext, SqsSendInterceptor } from '../contracts/interceptors.js';
import type { SendResult } from '../contracts/sending.js';

/** Runs a send through its interceptors, the first outermost; without any, nothing of rxjs is touched. */
export function runSendChain(
  interceptors: readonly SqsSendInterceptor[],
  send: SendContext,
  deliver: () => Promise<SendResult>,
): Promise<SendResult> {
  if (interceptors.length === 0) return deliver();
  return lastValueFrom(defer(() => link(interceptors, 0, send, deliver)));
}

function link(
  interceptors: readonly SqsSendInterceptor[],
  index: number,
  send: SendContext,
  deliver: () => Promise<SendResult>,
): Observable<SendResult> {
  const interceptor = interceptors[index];
  if (interceptor === undefined) return defer(deliver);
  const next = { handle: () => defer(() => link(interceptors, index + 1, send, deliver)) };
  return interceptor.intercept(send, next);
}
