import type { LogLevel } from '@nestjs/common';

/** From the loudest to the quietest, with the numbers that Python's logging gives them. */
export const LEVEL_NUMBERS = {
  verbose: 5,
  debug: 10,
  log: 20,
  warn: 30,
  error: 40,
  fatal: 50,
} as const satisfies Record<LogLevel, number>;

/** What `--log-level` takes; in any case. */
export const LOG_LEVELS = {
  verbose: 'verbose',
  debug: 'debug',
  info: 'log',
  log: 'log',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
} as const satisfies Record<string, LogLevel>;

/** Every level that is shown where this one is the least. */
export function levelsFrom(least: LogLevel): LogLevel[] {
  const levels = Object.keys(LEVEL_NUMBERS) as LogLevel[];
  return levels.filter((level) => LEVEL_NUMBERS[level] >= LEVEL_NUMBERS[least]);
}
