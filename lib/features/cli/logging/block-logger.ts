import { inspect } from 'node:util';
import type { LoggerService, LogLevel } from '@nestjs/common';
import { printable } from '../../../primitives/printable.js';
import { LEVEL_NUMBERS } from './log-levels.js';
import { StartUpSpeech } from './start-up-speech.js';
import type { LoggerSetup, LogFileSetup } from './logger-block.js';

export interface BlockLoggerSetup {
  readonly loggers: readonly LoggerSetup[];
  /** Adds a line to a file, or to the standard output or error. */
  write(path: string, line: string): void;
  wallNow(): number;
  readonly pid: number;
  readonly startUp: StartUpSpeech;
}

const PAYLOADS_THERE = 'zc.sqs.messages';

/** The names by which zc.sqs knew these contexts: a block written for it finds them. */
const NAMES_THERE: Record<string, string> = {
  SqsMessages: PAYLOADS_THERE,
  SqsWorker: 'zc.sqs',
  SqsProducer: 'zc.sqs',
};

/**
 * A Nest logger that does what a `loggers` block says, with the rules of Python's logging: a line goes to the files of
 * its own logger, then, as long as loggers propagate, to those of the ones above it; the nearest one with a level decides
 * whether it is written at all.
 */
export class BlockLogger implements LoggerService {
  private readonly loggers: ReadonlyMap<string, LoggerSetup>;

  constructor(private readonly setup: BlockLoggerSetup) {
    this.loggers = new Map(setup.loggers.map((logger) => [logger.name, logger]));
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.take('log', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.take('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.take('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.take('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.take('verbose', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.take('fatal', message, rest);
  }

  private take(given: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const { context, stack } = partsOf(rest);
    const level = this.setup.startUp.levelOf(given, context);
    if (this.setup.startUp.tookOver(message, context)) return;
    const chain = this.chainOf(context);
    const least = chain[0]?.level ?? LEVEL_NUMBERS.warn;
    if (LEVEL_NUMBERS[level] < least) return;
    const record = { level, name: context, message, stack };
    for (const logger of chain) {
      const own = logger.name === PAYLOADS_THERE ? { ...record, message: asSent(message) } : record;
      for (const file of logger.files) this.write(file, own);
    }
  }

  /** The loggers that take a line of this context, the nearest first. */
  private chainOf(context: string): LoggerSetup[] {
    const names = [...ancestors(context), ...ancestors(NAMES_THERE[context] ?? ''), ''];
    const found = [...new Set(names)].flatMap((name) => this.loggers.get(name) ?? []);
    const last = found.findIndex((logger) => !logger.propagate);
    return last < 0 ? found : found.slice(0, last + 1);
  }

  private write(file: LogFileSetup, record: LogRecordFacts): void {
    if (LEVEL_NUMBERS[record.level] < file.level) return;
    const line = formatted(file.format, {
      asctime: asctime(this.setup.wallNow()),
      levelname: LEVEL_NAMES[record.level],
      levelno: String(LEVEL_NUMBERS[record.level]),
      name: record.name === '' ? 'root' : record.name,
      message: textOf(record.message),
      process: String(this.setup.pid),
    });
    this.setup.write(file.path, record.stack === undefined ? line : `${line}\n${record.stack}`);
  }
}

interface LogRecordFacts {
  readonly level: LogLevel;
  readonly name: string;
  readonly message: unknown;
  readonly stack: string | undefined;
}

const LEVEL_NAMES = {
  verbose: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
} as const satisfies Record<LogLevel, string>;

/** Nest gives the context last, and the stack of an error before it. */
function partsOf(rest: readonly unknown[]): { context: string; stack: string | undefined } {
  const context = rest.at(-1);
  const stack = rest.length > 1 ? rest.at(-2) : undefined;
  return {
    context: typeof context === 'string' ? context : '',
    stack: typeof stack === 'string' ? stack : undefined,
  };
}

/** `a.b.c`, `a.b`, `a` */
function ancestors(name: string): string[] {
  if (name === '') return [];
  const parts = name.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
}

function formatted(format: string, fields: Record<string, string>): string {
  const written = format.replaceAll(String.raw`\n`, '\n');
  return written.replaceAll(
    /%\((\w+)\)[-\d]*[sd]/g,
    (whole, name: string) => fields[name] ?? whole,
  );
}

/** As Python writes it: `2026-01-31 09:05:00,123`, in UTC. */
function asctime(wallNow: number): string {
  return new Date(wallNow).toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.message;
  return inspect(message, { breakLength: Infinity });
}

/** zc.sqs logged what was sent, before the base64 that its messages travel in. */
function asSent(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  const sent = Buffer.from(body, 'base64').toString('utf8');
  const isBase64 = Buffer.from(sent, 'utf8').toString('base64') === body;
  return isBase64 && sent.startsWith('[') ? printable(sent) : body;
}
