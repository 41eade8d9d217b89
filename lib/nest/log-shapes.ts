import { ConsoleLogger, Logger } from '@nestjs/common';
import type { LoggerService, LogLevel } from '@nestjs/common';
import type { LogFields } from '../contracts/index.js';
import { warnOnce } from '../primitives/contained-logger.js';
import { propertyOf } from '../primitives/error-text.js';
import { quietly } from '../primitives/quietly.js';
import { fieldsOf, LogRecord } from './log-record.js';

/** The error of a log line, safe to print. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** How one kind of logger takes a message with fields so that it indexes both. */
interface LogShape {
  isEnabled(level: LogLevel): boolean;
  /** What the logger answers: a promise where it writes asynchronously. */
  write(level: WrittenLevel, line: Line): unknown;
}

type WrittenLevel = 'debug' | 'log' | 'warn' | 'error';

interface Line {
  readonly record: LogRecord;
  readonly context: string | undefined;
  readonly error: LoggedError | undefined;
}

/**
 * Nest's logger of one context, for records. The shape is chosen when a line is written, not when it is logged: with
 * `bufferLogs` the app chooses its logger in between.
 */
export class RecordLogger extends Logger {
  /** Asked twice a task: the logger of the app seldom changes. */
  private last: { readonly chosen: LoggerService | undefined; readonly shaped: ShapedLogger } = {
    chosen: undefined,
    shaped: silent,
  };

  override get localInstance(): ShapedLogger {
    const chosen: LoggerService | undefined = super.localInstance;
    if (chosen !== this.last.chosen) this.last = { chosen, shaped: shapedLogger(chosen) };
    return this.last.shaped;
  }

  isEnabled(level: LogLevel): boolean {
    // The logger that will write buffered lines is not known yet.
    const { isBufferAttached } = Logger as unknown as { isBufferAttached?: boolean };
    return isBufferAttached === true || this.localInstance.isEnabled(level);
  }
}

/** Hands records to one logger, in its shape. */
export class ShapedLogger implements LoggerService {
  private readonly report = warnOnce("The app's logger");

  constructor(private readonly shape: LogShape) {}

  /** True where the logger cannot tell. */
  isEnabled(level: LogLevel): boolean {
    try {
      return this.shape.isEnabled(level);
    } catch (error) {
      this.report(error);
      return true;
    }
  }

  debug(record: LogRecord, context?: string): void {
    this.write('debug', { record, context, error: undefined });
  }

  log(record: LogRecord, context?: string): void {
    this.write('log', { record, context, error: undefined });
  }

  warn(record: LogRecord, context?: string): void {
    this.write('warn', { record, context, error: undefined });
  }

  error(record: LogRecord, error?: LoggedError, context?: string): void {
    this.write('error', { record, context, error });
  }

  /** A logger that throws, or rejects, changes nothing but the log. */
  private write(level: WrittenLevel, line: Line): void {
    const { shape, report } = this;
    const isWritten = quietly(() => shape.write(level, line), report);
    if (isWritten) return;
    // Fields that cannot be printed must not hide their message.
    const record = new LogRecord(line.record.message, {});
    quietly(() => shape.write(level, { ...line, record, error: undefined }), report);
  }
}

/** @param logger undefined where the app logs nothing: `logger: false` */
export function shapedLogger(logger: LoggerService | undefined): ShapedLogger {
  if (logger === undefined) return silent;
  const known = shaped.get(logger);
  if (known !== undefined) return known;
  const made = new ShapedLogger(shapeFor(logger));
  shaped.set(logger, made);
  return made;
}

const shaped = new WeakMap<LoggerService, ShapedLogger>();

const silent = new ShapedLogger({ isEnabled: () => false, write() {} });

function shapeFor(logger: LoggerService): LogShape {
  if (logger instanceof ConsoleLogger) return consoleShape(logger);
  const inner = propertyOf(logger, 'logger');
  return isPinoLogger(inner) ? pinoShape(logger, inner) : anyShape(logger);
}

/** Nest's own logger: one line of text, or, with `json`, `message` and the fields as properties of the line. */
function consoleShape(logger: ConsoleLogger): LogShape {
  const isJson = propertyOf(propertyOf(logger, 'options'), 'json') === true;
  if (isJson) addFieldsToLines(logger);
  return {
    isEnabled: (level) => logger.isLevelEnabled(level),
    write(level, { record, context, error }) {
      const message = isJson ? record : String(record);
      return call(logger, level, [message, ...behind(level, error, context)]);
    },
  };
}

/**
 * Nest 11's JSON logger has no place for fields, Nest 12's nests them under `params`. Both serialize a line by
 * `JSON.stringify()` with their `stringifyReplacer`, which is called with the whole line first.
 */
function addFieldsToLines(logger: ConsoleLogger): void {
  const replace: unknown = Reflect.get(logger, 'stringifyReplacer');
  if (typeof replace !== 'function') return;
  Reflect.set(logger, 'stringifyReplacer', function (this: unknown, key: string, value: unknown) {
    return Reflect.apply(replace, this, [key, key === '' ? unfolded(value) : value]) as unknown;
  });
}

function unfolded(line: unknown): unknown {
  const found = Object.entries(line ?? {}).find(([, value]) => value instanceof LogRecord);
  if (found === undefined) return line;
  const [name, record] = found as [string, LogRecord];
  const own = { ...(line as object), [name]: record.message };
  // Nest's properties come first and win.
  return { ...own, ...fieldsOf(record), ...own };
}

/** What nestjs-pino's loggers for Nest write to: it takes fields, and puts the message under pino's message key. */
interface PinoLogger extends Record<PinoLevel, (fields: LogFields, message: string) => void> {
  readonly logger: unknown;
}

type PinoLevel = (typeof PINO_LEVELS)[LogLevel];

const PINO_LEVELS = {
  verbose: 'trace',
  debug: 'debug',
  log: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'fatal',
} as const satisfies Record<LogLevel, string>;

function isPinoLogger(logger: unknown): logger is PinoLogger {
  const methods = ['setContext', 'assign', ...Object.values(PINO_LEVELS)];
  return methods.every((method) => typeof propertyOf(logger, method) === 'function');
}

/** Writes to the `PinoLogger` itself: `Logger` and `NativeLogger` around it take fields in different ways. */
function pinoShape(logger: LoggerService, inner: PinoLogger): LogShape {
  const name = propertyOf(logger, 'contextName');
  const contextName = typeof name === 'string' ? name : 'context';
  return {
    isEnabled(level) {
      const pino = propertyOf(inner, 'logger');
      const ask = propertyOf(pino, 'isLevelEnabled');
      if (typeof ask !== 'function') return true;
      return Reflect.apply(ask, pino, [PINO_LEVELS[level]]) === true;
    },
    write(level, { record, context, error }) {
      const fields = {
        [contextName]: context,
        ...fieldsOf(record),
        err: error && pinoError(error),
      };
      return inner[PINO_LEVELS[level]](fields, record.message);
    },
  };
}

/** For an object without a constructor pino's serializer takes `type` from `name`. */
function pinoError(error: LoggedError): object {
  const named = Object.create(null, { name: { value: error.type } }) as object;
  return Object.assign(named, error);
}

/** Any other logger: Nest's contract, with an object as the message where there are fields. */
function anyShape(logger: LoggerService): LogShape {
  return {
    isEnabled: () => true,
    write(level, { record, context, error }) {
      const hasFields = Object.keys(record).length > 1;
      const message = hasFields ? record : record.message;
      return call(logger, level, [message, ...behind(level, error, context)]);
    },
  };
}

function call(logger: LoggerService, level: WrittenLevel, parts: readonly unknown[]): unknown {
  return logger[level]?.(...(parts as [unknown])) as unknown;
}

/** Nest expects the context last, and the stack of an error before it. */
function behind(level: WrittenLevel, error: LoggedError | undefined, context: string | undefined) {
  const stack = error?.stack;
  if (context === undefined) return stack === undefined ? [] : [stack];
  return level === 'error' ? [stack, context] : [context];
}
