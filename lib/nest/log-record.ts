import { inspect } from 'node:util';
import type { LogFields } from '../contracts/index.js';
import { printable, shortened } from '../primitives/printable.js';

/** Characters of one field at most: the sender of a message chooses the length of names and texts in it. */
const MAX_FIELD = 1_200;

/**
 * A log message and its fields, safe to print. Any logger sees an object with `message` and the fields; as text it is one
 * line, with the fields as `name=value` after the message.
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
    const shownFields = Object.entries(fieldsOf(this));
    return [this.message, ...shownFields.map(([name, value]) => `${name}=${shown(value)}`)].join(
      ' ',
    );
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The fields without the message. */
export function fieldsOf({ message: _message, ...fields }: LogRecord): LogFields {
  return fields;
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
