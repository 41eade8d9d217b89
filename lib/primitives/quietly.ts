/**
 * Calls what belongs to the user and must change nothing: a logger, a listener. What it throws, or rejects with, goes to
 * `report` and no further. Answers false where it threw. Never throws.
 */
export function quietly(call: () => unknown, report: (error: unknown) => void): boolean {
  try {
    const answer: unknown = call();
    if (isThenable(answer)) void Promise.resolve(answer).then(undefined, report);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
