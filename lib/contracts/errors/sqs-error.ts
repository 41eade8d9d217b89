/** The parent of every error that this library makes. */
export abstract class SqsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What an error shows of a message: a stranger's text may have a million characters, and errors are logged. */
export function clipped(text: string, maxLength = 800): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
