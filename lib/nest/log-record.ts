import { inspect } from 'node:util';
import type { LogFields } from '../contracts/index.js';

/**
 * A sentence and its facts. JSON loggers keep the facts as fields; Nest's text logger, which would spread a plain
 * object over many lines, prints one line.
 */
export class LogRecord {
  [field: string]: unknown;

  constructor(
    readonly message: string,
    fields: LogFields,
  ) {
    Object.assign(this, fields);
  }

  [inspect.custom](): string {
    const facts = Object.entries(this).filter(
      ([name, value]) => name !== 'message' && value !== undefined,
    );
    return [this.message, ...facts.map(([name, value]) => `${name}=${textOf(value)}`)].join(' ');
  }
}

/** Text with spaces is quoted, so that a line can be taken apart again. */
function textOf(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return typeof value === 'object'
    ? inspect(value, { breakLength: Infinity })
    : JSON.stringify(value);
}
