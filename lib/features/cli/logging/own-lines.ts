import { printable, printableLines } from '../../../primitives/printable.js';
import { NestSqsLogger } from '../../../nest/nest-logger.js';
import { errorStack } from '../../../primitives/error-text.js';
import type { CliHost, Output } from '../host.js';

/** What `--log-format` takes. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What the command itself has to say, in the format that was chosen for the log. */
export interface OwnLines {
  say(line: string): void;
  warn(line: string): void;
  /** @param error where its stack was asked for */
  error(sentence: string, error?: unknown): void;
}

export function ownLines(format: LogFormat, host: Pick<CliHost, 'stdout' | 'stderr'>): OwnLines {
  return format === 'json' ? jsonLines() : textLines(host);
}

/** Plain lines: answers on the standard output, what is wrong on the standard error. */
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

/** Lines of the log: Nest's JSON logger writes them, or the one that the app has chosen. */
function jsonLines(): OwnLines {
  const logger = new NestSqsLogger({ context: 'nestjs-sqs' });
  return {
    say: (line) => logger.log(line.trim()),
    warn: (line) => logger.warn(line),
    error: (sentence, error) => logger.error(sentence, {}, error),
  };
}

/** Whatever a message, a name or an error brought along, it is one line, and steers no terminal. */
export function writeLine(output: Output, line: string): void {
  output.write(`${printable(line)}\n`);
}
