import type { LogFields, SqsLogger } from '../contracts/logger.js';
import { errorText } from './error-text.js';
import { printable } from './printable.js';
import { quietly } from './quietly.js';

/**
 * The logger, with its failures contained: what it throws, or rejects with, never reaches the code that logs. To be used
 * wherever a logger is taken in. The first failure is told as a warning of the process.
 */
export function containedLogger(logger: SqsLogger): SqsLogger {
  return logger instanceof ContainedLogger ? logger : new ContainedLogger(logger);
}

/** Tells of the first failure only: a logger that fails once often fails with every line. */
export function warnOnce(what: string): (error: unknown) => void {
  let isSaid = false;
  return (error) => {
    if (isSaid) return;
    isSaid = true;
    const text = `${what} failed; lines may be missing, and nothing else changes: ${errorText(error)}`;
    process.emitWarning(printable(text), 'SqsLoggerWarning');
  };
}

class ContainedLogger implements SqsLogger {
  private readonly report = warnOnce('The logger of nestjs-sqs-tasks');

  constructor(private readonly logger: SqsLogger) {}

  debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  log(message: string, fields?: LogFields): void {
    this.write('log', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  error(message: string, fields?: LogFields, error?: unknown): void {
    const { logger, report } = this;
    const isWritten = quietly(() => logger.error(message, fields, error), report);
    // An error, or a fact, that cannot be printed must not hide that something failed.
    if (!isWritten) quietly(() => logger.error(message), report);
  }

  payload(body: string): void {
    quietly(() => this.logger.payload(body), this.report);
  }

  isDebugEnabled(): boolean {
    return this.isEnabled('isDebugEnabled');
  }

  isLogEnabled(): boolean {
    return this.isEnabled('isLogEnabled');
  }

  private write(
    level: 'debug' | 'log' | 'warn',
    message: string,
    fields: LogFields | undefined,
  ): void {
    const { logger, report } = this;
    const isWritten = quietly(() => logger[level](message, fields), report);
    if (!isWritten && fields !== undefined) quietly(() => logger[level](message), report);
  }

  /** True where that cannot be told. */
  private isEnabled(ask: 'isDebugEnabled' | 'isLogEnabled'): boolean {
    // Twice a task, so without closures.
    try {
      const answer: unknown = this.logger[ask]();
      if (typeof answer === 'boolean') return answer;
      quietly(() => answer, this.report);
      return true;
    } catch (error) {
      this.report(error);
      return true;
    }
  }
}
