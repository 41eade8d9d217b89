/** Structured logging: one sentence and its facts. The Nest layer gives one that writes to the app's logger. */
export interface SqsLogger {
  debug(message: string, fields?: LogFields): void;
  log(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `error` gives the stack; leave it out where the stack was logged already. */
  error(message: string, fields?: LogFields, error?: unknown): void;
  /** Payloads of discarded tasks, under their own context `SqsMessages`, one line each. */
  payload(body: string): void;
  /** False lets hot paths skip building fields. */
  isDebugEnabled(): boolean;
  isLogEnabled(): boolean;
}

export type LogFields = Record<string, unknown>;

/** Writes nothing. */
export const silentLogger: SqsLogger = {
  debug() {},
  log() {},
  warn() {},
  error() {},
  payload() {},
  isDebugEnabled: () => false,
  isLogEnabled: () => false,
};
