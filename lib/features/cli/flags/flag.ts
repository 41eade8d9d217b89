/** One flag of a command, as its parser, its help and its reference page know it. */
export interface Flag<Key extends string = string> {
  /** Name of the value it sets. */
  readonly key: Key;
  /** As commander writes it: `-q, --queue <name>`. */
  readonly flags: string;
  /** Other spellings of the same flag, left out of the help. */
  readonly aliases?: readonly string[];
  readonly description: string;
  /** What holds where neither the flag nor the configuration file says anything. */
  readonly otherwise: string;
  /** May be given several times. */
  readonly isRepeatable?: boolean;
  /** Reads what was typed or what a file says; throws `BadValueError`. Left out: a switch that is on or off. */
  readonly read?: (text: string) => unknown;
  /** What a flag without its optional value means. */
  readonly bare?: unknown;
  /** Names in `[container]`, besides the key itself; none where a file cannot say it. */
  readonly inFile?: readonly string[];
}

/** A value that a flag cannot take; it completes "expected …". */
export class BadValueError extends Error {
  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected ${expected}, got "${found}"`);
  }
}

/** `--polling-wait-time` of `-p, --polling-wait-time <seconds>`. */
export function longNameOf({ flags }: Pick<Flag, 'flags'>): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
