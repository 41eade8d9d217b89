import { defer, from, Observable } from 'rxjs';
import { InvalidOutcomeError } from '../contracts/errors/index.js';
import type { SqsTaskInterceptor } from '../contracts/interceptors.js';
import type { Outcome } from '../contracts/task.js';
import type { Delivery } from './delivery.js';
import { knownOutcome } from './known-outcome.js';

export interface TaskChainFacts {
  delivery: Delivery;
  core: () => Promise<Outcome>;
  /** Never throws. */
  classify: (error: unknown) => Outcome;
}

/**
 * The first outermost. Each link gives one outcome to those outside of it: the last that its interceptor answered by the time
 * it completed. Where it threw, answered nothing, or answered something else, that is an error, which is classified.
 * One that never completes holds its delivery, as a handler does that never ends.
 */
export function taskChain(
  interceptors: readonly SqsTaskInterceptor[],
  { delivery, core, classify }: TaskChainFacts,
): Observable<Outcome> {
  const handleFrom = (index: number): Observable<Outcome> => {
    const interceptor = interceptors[index];
    if (interceptor === undefined) return defer(() => from(core()));
    const next = { handle: () => handleFrom(index + 1) };
    const answers = defer(() => interceptor.intercept(delivery, next));
    return oneOutcome(answers, interceptor, classify);
  };
  return handleFrom(0);
}

function oneOutcome(
  answers: Observable<unknown>,
  interceptor: SqsTaskInterceptor,
  classify: (error: unknown) => Outcome,
): Observable<Outcome> {
  return new Observable((subscriber) => {
    const answered: unknown[] = [];
    const give = (outcome: Outcome): void => {
      subscriber.next(outcome);
      subscriber.complete();
    };
    return answers.subscribe({
      next: (answer) => void (answered[0] = answer),
      error: (error: unknown) => give(classify(error)),
      complete: () => give(knownOutcome(answered[0]) ?? classify(noOutcome(interceptor, answered))),
    });
  });
}

function noOutcome(interceptor: SqsTaskInterceptor, answered: readonly unknown[]): Error {
  const found = answered.length === 0 ? 'nothing' : kindOf(answered[0]);
  return new InvalidOutcomeError({ interceptor: nameOf(interceptor), found });
}

function kindOf(answer: unknown): string {
  if (answer === undefined || answer === null) return String(answer);
  return typeof answer === 'object' ? 'an object of another kind' : `a ${typeof answer}`;
}

function nameOf(interceptor: SqsTaskInterceptor): string {
  try {
    return interceptor.constructor.name;
  } catch {
    return 'without a name';
  }
}
