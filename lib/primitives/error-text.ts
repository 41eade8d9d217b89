/** One line for a log, whatever was thrown: also an error whose own getters throw. Never throws. */
export function errorText(error: unknown): string {
  try {
    return textOf(error);
  } catch {
    return `an error that cannot be read (${typeof error})`;
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) {
    const { message }: { message: unknown } = error;
    return typeof message === 'string' ? message : String(message);
  }
  if (typeof error === 'string') return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}
