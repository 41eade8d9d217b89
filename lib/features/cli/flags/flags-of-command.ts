import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { UsageError } from '../errors/cli-errors.js';
import { BadValueError, longNameOf } from './flag.js';
import type { Flag } from './flag.js';

/** What was typed behind a command, by the keys of its flags. */
export type FlagValues = Readonly<Record<string, unknown>>;

export function addFlags(command: Command, flags: readonly Flag[]): void {
  for (const flag of flags) {
    command.addOption(optionOf(flag, flag.flags));
    for (const alias of flag.aliases ?? []) command.addOption(optionOf(flag, alias).hideHelp());
  }
}

/**
 * Only what was typed, by the keys of the flags and not by the names they are typed as.
 * @throws UsageError where a flag and another spelling of it are both there
 */
export function flagValues(command: Command, flags: readonly Flag[]): FlagValues {
  const typed = command.optsWithGlobals();
  const values: Record<string, unknown> = {};
  for (const flag of flags) {
    const given = [flag.flags, ...(flag.aliases ?? [])].filter((one) => nameOf(one) in typed);
    if (given.length > 1) throw twice(given);
    const [spelling] = given;
    if (spelling !== undefined) values[flag.key] = typed[nameOf(spelling)] as unknown;
  }
  return values;
}

function optionOf(flag: Flag, spelling: string): Option {
  const option = new Option(spelling, `${flag.description} (default: ${flag.otherwise})`);
  const { read, bare, isRepeatable } = flag;
  if (read === undefined) return option;
  if (bare !== undefined) option.preset(bare);
  return option.argParser((text: string, before: unknown) => {
    const value = readValue(read, text);
    return isRepeatable ? [...((before as unknown[] | undefined) ?? []), value] : value;
  });
}

function readValue(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof BadValueError)
      throw new InvalidArgumentError(`Expected ${error.expected}.`);
    throw error;
  }
}

function nameOf(spelling: string): string {
  return new Option(spelling).attributeName();
}

function twice(given: readonly string[]): UsageError {
  const names = given.map((flags) => longNameOf({ flags }));
  return new UsageError(
    `Expected one of ${names.join(' and ')}, got both: they are the same flag.`,
  );
}
