import type { LogFields, SqsLogger } from '../contracts/index.js';

/** Writes to another logger while it is not muted. */
export class MutableLogger implements SqsLogger {
  constructor(
    private readonly inner: SqsLogger,
    private readonly isMuted: () => boolean,
  ) {}

  debug(message: string, fields?: LogFields): void {
    if (!this.isMuted()) this.inner.debug(message, fields);
  }

  log(message: string, fields?: LogFields): void {
    if (!this.isMuted()) this.inner.log(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    if (!this.isMuted()) this.inner.warn(message, fields);
  }

  error(message: string, fields?: LogFields, error?: unknown): void {
    if (!this.isMuted()) this.inner.error(message, fields, error);
  }

  payload(body: string): void {
    if (!this.isMuted()) this.inner.payload(body);
  }

  isDebugEnabled(): boolean {
    return !this.isMuted() && this.inner.isDebugEnabled();
  }

  isLogEnabled(): boolean {
    return !this.isMuted() && this.inner.isLogEnabled();
  }
}
