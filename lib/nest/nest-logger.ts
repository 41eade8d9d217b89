import type { LoggerService } from '@nestjs/common';
import type { LogFields, SqsLogger } from '../contracts/index.js';
import { errorName, errorStack, errorText } from '../primitives/error-text.js';
import { printable } from '../primitives/printable.js';
import { LogRecord } from './log-record.js';
import { RecordLogger, shapedLogger } from './log-shapes.js';
import type { LoggedError, ShapedLogger } from './log-shapes.js';

export type SqsLogContext = 'SqsWorker' | 'SqsProducer' | 'SqsClient' | 'SqsModule' | 'nestjs-sqs';

const PAYLOAD_CONTEXT = 'SqsMessages';

/** Writes to the app's Nest logger: a message, and fields that JSON loggers index. */
export class NestSqsLogger implements SqsLogger {
  private readonly logger: RecordLogger | ShapedLogger;
  private readonly payloads: RecordLogger | ShapedLogger;

  constructor(setup: { context: SqsLogContext; logger?: LoggerService; payloads?: LoggerService }) {
    this.logger = loggerFor(setup.context, setup.logger);
    this.payloads = loggerFor(PAYLOAD_CONTEXT, setup.payloads);
  }

  debug(message: string, fields?: LogFields): void {
    this.logger.debug(new LogRecord(message, fields));
  }

  log(message: string, fields?: LogFields): void {
    this.logger.log(new LogRecord(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.logger.warn(new LogRecord(message, fields));
  }

  error(message: string, fields?: LogFields, error?: unknown): void {
    const record = new LogRecord(message, fields);
    if (error === undefined) this.logger.error(record);
    else this.logger.error(record, loggedError(error));
  }

  payload(body: string): void {
    this.payloads.log(new LogRecord(body));
  }

  isDebugEnabled(): boolean {
    return this.logger.isEnabled('debug');
  }

  isLogEnabled(): boolean {
    return this.logger.isEnabled('log');
  }
}

function loggerFor(context: string, given: LoggerService | undefined): RecordLogger | ShapedLogger {
  return given === undefined ? new RecordLogger(context) : shapedLogger(given);
}

function loggedError(error: unknown): LoggedError {
  return {
    type: printable(errorName(error)),
    message: printable(errorText(error)),
    stack: errorStack(error),
  };
}
