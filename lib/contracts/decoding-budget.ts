import { UndecodableMessageError } from './errors/task-errors.js';
import type { DecodeOptions, MessageFormat, TaskPacket } from './format.js';
import type { ReceivedMessage } from './gateway.js';

/**
 * What decoding one message may take, so that no message of at most 1 MiB blocks the event loop for long or takes the
 * process's memory: `npm run bench:decoding` measures it. Plain JSON of 1 MiB stays below all of them unless it was made
 * to harm; packed data (`…+deflate`, pickles) can reach them.
 */
export const DECODING_LIMITS = {
  /** Bytes of text that packed data may unpack to: 3 MiB. Text, its parts and what they are read into exist at once. */
  unpackedBytes: 3_145_728,
  /** Values of any kind, nested ones included; an integer beyond 2^53 as 6. 1 MiB of JSON has at most 524,288 values. */
  values: 600_000,
  /**
   * Arrays and objects among the values; 1 MiB of JSON has at most 349,525. Kinds that take more count as several: a map or
   * a set as 3, a date as 4, bytes as 8.
   */
  containers: 350_000,
  /**
   * What names of fields take: 5 for each field that no object before had in its place (V8 makes a hidden class for it:
   * some 2 µs and 300 bytes, ten times a known one), and from an object's 129th field on, 1 for each name that is new, or a whole number.
   * Rows of a table count once.
   */
  fieldNames: 120_000,
  /** Levels of arrays and objects within each other: code that walks data recursively breaks on more. */
  depth: 1_000,
  /** Digits of one BigInt: reading it takes the square of its length. */
  bigIntDigits: 4_096,
  /** Numbers in sets and as keys of maps, a BigInt as 10: V8 hashes them without a secret, so they can be made to collide. */
  hashedNumbers: 5_000,
  /** Characters of a pattern: it is looked up, sorted and logged. */
  patternLength: 1_024,
} as const;

export type DecodingLimits = { readonly [Name in keyof typeof DECODING_LIMITS]: number };

/** Limits that are used up, rather than compared with. */
export type DecodingSupply =
  'unpackedBytes' | 'values' | 'containers' | 'fieldNames' | 'hashedNumbers';

/**
 * What is left of the limits for one message. Everything that is decoded for it takes from the same budget: its body,
 * attributes that hold data, and what is packed or nested in them.
 */
export class DecodingBudget {
  private readonly spent: Record<DecodingSupply, number> = {
    unpackedBytes: 0,
    values: 0,
    containers: 0,
    fieldNames: 0,
    hashedNumbers: 0,
  };

  constructor(readonly limits: DecodingLimits = DECODING_LIMITS) {}

  left(supply: DecodingSupply): number {
    return this.limits[supply] - this.spent[supply];
  }

  /** @throws UndecodableMessageError where the limit is passed */
  spend(supply: DecodingSupply, count = 1): void {
    this.spent[supply] += count;
    if (this.spent[supply] > this.limits[supply]) throw this.exceeded(supply);
  }

  /** The error for a limit that a message passes. */
  exceeded(limit: keyof DecodingLimits): UndecodableMessageError {
    return new UndecodableMessageError({ problem: problems[limit](this.limits[limit]) });
  }
}

/**
 * The task in a message, decoded within a budget of its own.
 *
 * @throws UndecodableMessageError
 */
export function decodeTask(
  format: MessageFormat,
  message: ReceivedMessage,
  { queue, codecs }: Pick<DecodeOptions, 'queue' | 'codecs'>,
): TaskPacket {
  const budget = new DecodingBudget();
  const packet = format.decode(message, { queue, codecs, budget });
  if (packet.pattern.length > budget.limits.patternLength) throw budget.exceeded('patternLength');
  return packet;
}

const problems: Record<keyof DecodingLimits, (limit: number) => string> = {
  unpackedBytes: (limit) => `it unpacks to more than ${limit} bytes`,
  values: (limit) => `its data has more than ${limit} values`,
  containers: (limit) => `its data has more than ${limit} arrays and objects`,
  fieldNames: (limit) =>
    `its objects have too many different fields (they count as more than ${limit})`,
  depth: (limit) => `its data is nested deeper than ${limit} levels`,
  bigIntDigits: (limit) => `its data has a BigInt of more than ${limit} digits`,
  hashedNumbers: (limit) => `its sets and maps have more than ${limit} numbers as keys`,
  patternLength: (limit) => `its pattern has more than ${limit} characters`,
};
