import { catchError, defer, from, of, type Observable } from 'rxjs';
import type { SqsTaskInterceptor } from '../contracts/interceptors.js';
import type { Outcome } from '../contracts/task.js';
import type { Delivery } from './delivery.js';

export interface TaskChainFacts {
  delivery: Delivery;
  core: () => Promise<Outcome>;
  classify: (error: unknown) => Outcome;
}

/** The first outermost; what one of them throws is an outcome for those outside of it. */
export function taskChain(
  interceptors: readonly SqsTaskInterceptor[],
  { delivery, core, classify }: TaskChainFacts,
): Observable<Outcome> {
  const handleFrom = (index: number): Observable<Outcome> => {
    const interceptor = interceptors[index];
    if (interceptor === undefined) return defer(() => from(core()));
    const next = { handle: () => handleFrom(index + 1) };
    return defer(() => interceptor.intercept(delivery, next)).pipe(
      catchError((error: unknown) => of(classify(error))),
    );
  };
  return handleFrom(0);
}
