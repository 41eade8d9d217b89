/** Where the recorder leaves what the handler threw, on the context of one handler run. */
export const ERROR_RECORD: unique symbol = Symbol.for('nestjs-sqs-tasks:error-record');

/** The error that one handler run ended with, before Nest's exception layer replaced it. */
export class ErrorRecord {
  private seen: { error: unknown } | undefined;

  /** Undefined where nothing was thrown, or nothing was recorded. */
  get last(): { readonly error: unknown } | undefined {
    return this.seen;
  }

  keep(error: unknown): void {
    this.seen = { error };
  }
}

export function errorRecordOf(context: unknown): ErrorRecord | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const record: unknown = Reflect.get(context, ERROR_RECORD);
  return record instanceof ErrorRecord ? record : undefined;
}
