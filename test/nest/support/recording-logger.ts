import type { LoggerService } from '@nestjs/common';

export interface LogLine {
  level: string;
  message: unknown;
  context: unknown;
}

/** A Nest logger that keeps every line and prints none. */
export class RecordingLogger implements LoggerService {
  readonly lines: LogLine[] = [];

  log(message: unknown, ...rest: unknown[]): void {
    this.keep('log', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.keep('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.keep('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.keep('debug', message, rest);
  }

  of(context: string): LogLine[] {
    return this.lines.filter((line) => line.context === context);
  }

  private keep(level: string, message: unknown, rest: unknown[]): void {
    this.lines.push({ level, message, context: rest.at(-1) });
  }
}
