import { printable, printableLines } from '../../../primitives/printable.js';
import { LogRecord } from '../../../nest/log-record.js';
import { RecordLogger } from '../../../nest/log-shapes.js';
import type { CliHost, Output } from '../host.js';

/** What `--log-format` takes. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What the command itself has to say, in the format that was chosen for the log. */
export interface OwnLines {
  say(line: string): void;
  warn(line: string): void;
  /** @param stack where it was asked for */
  error(sentence: string, stack?: string): void;
}

export function ownLines(format: LogFormat, host: Pick<CliHost, 'stdout' | 'stderr'>): OwnLines {
  return format === 'json' ? jsonLines() : textLines(host);
}

/** Plain lines: answers on the standard output, what is wrong on the standard error. */
function textLines({ stdout, stderr }: Pick<CliHost, 'stdout' | 'stderr'>): OwnLines {
  return {
    say: (line) => writeLine(stdout, line),
    warn: (line) => writeLine(stderr, `warning: ${line}`),
    error(sentence, stack) {
      writeLine(stderr, `error: ${sentence}`);
      if (stack !== undefined) stderr.write(`${printableLines(stack)}\n`);
    },
  };
}

/** Lines of the log: Nest's JSON logger writes them, or the one that the app has chosen. */
function jsonLines(): OwnLines {
  const logger = new RecordLogger('nestjs-sqs');
  return {
    say: (line) => logger.log(new LogRecord(line.trim())),
    warn: (line) => logger.warn(new LogRecord(line)),
    error(sentence, stack) {
      const error = stack === undefined ? [] : [{ type: 'Error', message: sentence, stack }];
      logger.error(new LogRecord(sentence), ...error);
    },
  };
}

/** Whatever a message, a name or an error brought along, it is one line, and steers no terminal. */
export function writeLine(output: Output, line: string): void {
  output.write(`${printable(line)}\n`);
}
