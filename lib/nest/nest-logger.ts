import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import type { LogFields, SqsLogger } from '../contracts/index.js';
import { AppLogger, containedService } from './app-logger.js';
import { LogRecord } from './log-record.js';

export type SqsLogContext = 'SqsWorker' | 'SqsProducer' | 'SqsClient' | 'SqsModule';

const PAYLOAD_CONTEXT = 'SqsMessages';

/** Writes to the app's Nest logger; facts go as an object, so that JSON loggers keep them as fields. */
export class NestSqsLogger implements SqsLogger {
  private readonly logger: LoggerService;
  private readonly payloads: LoggerService;

  constructor(setup: { context: SqsLogContext; logger?: LoggerService; payloads?: LoggerService }) {
    this.logger = serviceOf(setup.logger, setup.context);
    this.payloads = serviceOf(setup.payloads, PAYLOAD_CONTEXT);
  }

  debug(message: string, fields?: LogFields): void {
    this.logger.debug?.(lineOf(message, fields));
  }

  log(message: string, fields?: LogFields): void {
    this.logger.log(lineOf(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.logger.warn(lineOf(message, fields));
  }

  error(message: string, fields?: LogFields, error?: unknown): void {
    const line = lineOf(message, fields);
    const stack = stackOf(error);
    if (stack === undefined) this.logger.error(line);
    else this.logger.error(line, stack);
  }

  payload(body: string): void {
    this.payloads.log(body);
  }

  isDebugEnabled(): boolean {
    return Logger.isLevelEnabled('debug');
  }

  isLogEnabled(): boolean {
    return Logger.isLevelEnabled('log');
  }
}

function serviceOf(given: LoggerService | undefined, context: string): LoggerService {
  return given === undefined ? new AppLogger(context) : containedService(given);
}

function lineOf(message: string, fields: LogFields | undefined): unknown {
  return fields === undefined ? message : new LogRecord(message, fields);
}

function stackOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  return error instanceof Error ? error.stack : inspect(error);
}
