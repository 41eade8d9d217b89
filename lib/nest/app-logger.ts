import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { warnOnce } from '../primitives/contained-logger.js';
import { quietly } from '../primitives/quietly.js';

/**
 * Nest's logger in one context. Nest forgets what the app's own logger answers, so the promise of one that writes
 * asynchronously would reject with nobody to hear it, and end the process. Here it is told of, once.
 */
export class AppLogger extends Logger {
  private contained: { service: LoggerService; view: LoggerService } | undefined;

  /** Nest asks with each line, as the app's logger may have been replaced; undefined with `logger: false`. */
  override get localInstance(): LoggerService {
    const service: LoggerService | undefined = super.localInstance;
    if (service === undefined) return service;
    if (this.contained?.service !== service) {
      this.contained = { service, view: containedService(service) };
    }
    return this.contained.view;
  }
}

/** The same logger; what it throws, or rejects with, goes no further. */
export function containedService(service: LoggerService): LoggerService {
  const report = warnOnce("The app's logger");
  const quiet =
    (level: 'log' | 'error' | 'warn' | 'debug' | 'verbose' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const isWritten = quietly(() => service[level]?.(message, ...rest), report);
      // Facts that cannot be printed must not hide the sentence they belong to.
      if (!isWritten) quietly(() => service[level]?.(sentenceOf(message), rest.at(-1)), report);
    };
  return {
    log: quiet('log'),
    error: quiet('error'),
    warn: quiet('warn'),
    debug: quiet('debug'),
    verbose: quiet('verbose'),
    fatal: quiet('fatal'),
  };
}

function sentenceOf(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'message' in line ? line.message : line;
}
