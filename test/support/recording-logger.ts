import type { LogFields, SqsLogger } from '../../lib/contracts/index.js';

/** Keeps every line, as `level: message`. */
export class RecordingLogger implements SqsLogger {
  readonly lines: { level: string; message: string; fields?: LogFields; error?: unknown }[] = [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  log(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'log', message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: LogFields, error?: unknown): void {
    this.lines.push({ level: 'error', message, fields, error });
  }

  payload(body: string): void {
    this.lines.push({ level: 'payload', message: body });
  }

  isDebugEnabled(): boolean {
    return true;
  }

  isLogEnabled(): boolean {
    return true;
  }

  /** Messages of one level. */
  at(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
