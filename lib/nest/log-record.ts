import { inspect } from 'node:util';
import type { LogFields } from '../contracts/index.js';
import { printable, shortened } from '../primitives/printable.js';

/** Characters of one field at most: names and texts of messages may be as long as their sender likes. */
const MAX_FIELD = 1_200;

/**
 * A sentence and its facts, safe to print. Loggers that know nothing of it see an object with `message` and the facts;
 * printed as text it is one line, the facts as `name=value` behind the sentence.
 */
export class LogRecord {
  [field: string]: unknown;
  readonly message: string;

  constructor(message: string, fields: LogFields = {}) {
    this.message = printable(message);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined && name !== 'message') this[name] = printableValue(value);
    }
  }

  toString(): string {
    const facts = Object.entries(factsOf(this));
    return [this.message, ...facts.map(([name, value]) => `${name}=${shown(value)}`)].join(' ');
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The facts without the sentence. */
export function factsOf({ message: _message, ...facts }: LogRecord): LogFields {
  return facts;
}

function printableValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(shortened(value, MAX_FIELD));
  return Array.isArray(value) ? value.map(printableValue) : value;
}

/** Text with spaces is quoted, so that a line can be taken apart again. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return printable(inspect(value, { breakLength: Infinity }));
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
