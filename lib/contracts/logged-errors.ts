const LOGGED = Symbol.for('nestjs-sqs-tasks:logged');

/** Remembers that an error's stack stands in the log already. */
export function markLogged(error: unknown): void {
  try {
    if (isObjectLike(error)) Reflect.defineProperty(error, LOGGED, { value: true });
  } catch {
    // A proxy that refuses it: its stack is logged twice.
  }
}

/** True where whoever ran the handler has logged the error with its stack; log one line more, without the stack. */
export function wasLogged(error: unknown): boolean {
  try {
    return isObjectLike(error) && Reflect.get(error, LOGGED) === true;
  } catch {
    // A proxy or a getter of the user's.
    return false;
  }
}

function isObjectLike(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
