import { SQS_LIMITS } from '../../../contracts/index.js';
import { ConfigFileError } from '../errors/cli-errors.js';
import { BadValueError } from '../flags/flag.js';
import type { Flag } from '../flags/flag.js';
import { anyNumber } from '../flags/values.js';
import { LoggerSyntaxError, readLoggers } from '../logging/logger-block.js';
import type { LoggerSetup } from '../logging/logger-block.js';
import { WORK_FLAGS } from '../work/work-flags.js';
import type { WorkFlagValues } from '../work/work-flags.js';
import type { ConfigFile } from './config-file.js';

/** The section `[container]`, read. */
export interface ContainerSection {
  /** What it says in the place of flags. */
  readonly values: WorkFlagValues;
  readonly loggers: readonly LoggerSetup[] | undefined;
  /** What is not read, one sentence each. */
  readonly warnings: readonly string[];
}

/** @throws ConfigFileError */
export function readContainer(file: string, config: ConfigFile): ContainerSection {
  return new SectionReader(file, config).read();
}

const MAX_POLL_SECONDS = 86_400;
const pollSeconds = anyNumber({ from: 0, to: MAX_POLL_SECONDS });

class SectionReader {
  private readonly values: Record<string, unknown> = {};
  private readonly warnings: string[] = [];
  private loggers: readonly LoggerSetup[] | undefined;

  constructor(
    private readonly file: string,
    private readonly config: ConfigFile,
  ) {}

  read(): ContainerSection {
    for (const [name, value] of Object.entries(this.config.container)) {
      try {
        this.readOption(name, value);
      } catch (cause) {
        throw this.explained(name, cause);
      }
    }
    for (const name of this.config.otherSections) this.warn(`the section "${name}"`);
    return { values: this.values, loggers: this.loggers, warnings: this.warnings };
  }

  private readOption(name: string, value: unknown): void {
    const known = camelCased(name);
    if (known === 'poll') this.readPoll(value);
    else if (known === 'loggers') this.readLoggers(value);
    else this.readFlag(known, name, value);
  }

  /** A pause between polls there; here a poll that waits as long for work, as far as SQS goes. */
  private readPoll(value: unknown): void {
    const seconds = Math.ceil(pollSeconds(String(value)));
    const wait = Math.min(Math.max(seconds, 1), SQS_LIMITS.waitTimeSeconds);
    this.values['pollingWaitTime'] ??= wait;
  }

  private readLoggers(value: unknown): void {
    const { loggers, warnings } = readLoggers(value);
    this.loggers = loggers;
    for (const warning of warnings) this.warnings.push(`${this.file}: in loggers, ${warning}.`);
  }

  private readFlag(known: string, name: string, value: unknown): void {
    const flag = flagOf(known);
    if (flag === undefined) return this.warn(`the option "${name}" of "container"`);
    this.values[flag.key] = flag.isRepeatable
      ? listOf(value).map((one) => flag.read?.(one))
      : flag.read?.(String(value));
  }

  private warn(what: string): void {
    this.warnings.push(`${this.file}: ${what} means nothing here and is not read.`);
  }

  private explained(name: string, cause: unknown): unknown {
    if (!(cause instanceof BadValueError || cause instanceof LoggerSyntaxError)) return cause;
    const reason = `"${name}" of "container": ${cause.message}`;
    return new ConfigFileError({ file: this.file, reason, cause });
  }
}

function flagOf(name: string): Flag | undefined {
  return (WORK_FLAGS as readonly Flag[]).find(
    ({ key, inFile }) => inFile !== undefined && (inFile.includes(name) || key === name),
  );
}

/** `polling_wait_time` and `polling-wait-time` are `pollingWaitTime`. */
function camelCased(name: string): string {
  return name.replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A list, or text that separates names by commas, spaces or lines. */
function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .split(/[\s,]+/)
    .filter((one) => one !== '');
}
