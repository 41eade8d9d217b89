import { printable, printableLines } from '../../../primitives/printable.js';
import { NestSqsLogger } from '../../../nest/nest-logger.js';
import { errorStack } from '../../../primitives/error-text.js';
import type { CliHost, Output } from '../host.js';

/** What `--log-format` takes. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The command's own output, in the format that was chosen for the log. */
export interface OwnLines {
  say(line: string): void;
  warn(line: string): void;
  /** @param error where its stack was asked for */
  error(sentence: string, error?: unknown): void;
}

export function ownLines(format: LogFormat, host: Pick<CliHost, 'stdout' | 'stderr'>): OwnLines {
  return format === 'json' ? jsonLines() : textLines(host);
}

/** Plain lines: answers on standard output, warnings and errors on standard error. */
function textLines({ stdout, stderr }: Pick<CliHost, 'stdout' | 'stderr'>): OwnLines {
  return {
    say: (line) => writeLine(stdout, line),
    warn: (line) => writeLine(stderr, `warning: ${line}`),
    error(sentence, error) {
      writeLine(stderr, `error: ${sentence}`);
      const stack = errorStack(error);
      if (stack !== undefined) stderr.write(`${printableLines(stack)}\n`);
    },
  };
}

/** Log lines, written by Nest's JSON logger or by the logger that the app brings. */
function jsonLines(): OwnLines {
  const logger = new NestSqsLogger({ context: 'nestjs-sqs' });
  return {
    say: (line) => logger.log(line.trim()),
    warn: (line) => logger.warn(line),
    error: (sentence, error) => logger.error(sentence, {}, error),
  };
}

/** Writes one line; control characters from messages, names and errors are escaped. */
export function writeLine(output: Output, line: string): void {
  output.write(`${printable(line)}\n`);
}
