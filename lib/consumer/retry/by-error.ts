import type { Backoff } from '../../contracts/policies.js';
import { exponential } from './backoff.js';

/** A class of errors, or a question about one. */
export type ErrorMatcher =
  (abstract new (...args: never[]) => Error) | ((error: unknown) => boolean);

/**
 * Chooses the backoff by the error; the first that matches counts.
 * @example byError([[RateLimitError, constant(60)], [isNetworkError, immediate()]], exponential())
 */
export function byError(
  cases: readonly (readonly [ErrorMatcher, Backoff])[],
  otherwise: Backoff = exponential(),
): Backoff {
  const tests = cases.map(([matcher, backoff]) => ({ matches: testOf(matcher), backoff }));
  return (attempt, facts) => {
    const found = tests.find(({ matches }) => matches(facts.error));
    return (found?.backoff ?? otherwise)(attempt, facts);
  };
}

function testOf(matcher: ErrorMatcher): (error: unknown) => boolean {
  return isErrorClass(matcher) ? (error) => error instanceof matcher : matcher;
}

function isErrorClass(matcher: ErrorMatcher): matcher is abstract new (...args: never[]) => Error {
  return matcher === Error || matcher.prototype instanceof Error;
}
