import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { inexactInteger, isExactInteger } from '../codecs/exact-numbers.js';
import type { FieldWriter } from '../codecs/object-shapes.js';
import { malformed } from './malformed.js';

/** What stands on the stack for something that Python would build. None of it ever reaches a handler. */
export abstract class PythonObject {
  /** What a handler gets instead. @throws UndecodableMessageError where it is no data */
  abstract plain(): unknown;
}

/** A name of the closed list, by its import. What calling it gives is told in `constructors.ts`. */
export class PythonName extends PythonObject {
  constructor(
    readonly name: string,
    /** Undefined where Python never calls it in a pickle of plain data. */
    readonly call: Call | undefined,
  ) {
    super();
  }

  plain(): never {
    throw malformed(`has ${this.name} itself where data is expected`);
  }
}

/** Answers what the call gives; undefined where Python never writes such arguments. */
export type Call = (args: readonly unknown[], supplies: Supplies) => unknown;

/** What calls build with. */
export interface Supplies {
  readonly budget: DecodingBudget;
  /** Fills dicts. */
  readonly fields: FieldWriter;
  /** Counts what a call copies: arguments from the memo can be copied over and over. @throws UndecodableMessageError */
  spend(what: { bytes?: number; values?: number }): void;
}

/** An integer that a JavaScript number may not be. */
export class WideInteger extends PythonObject {
  constructor(readonly value: bigint) {
    super();
  }

  plain(): number {
    if (isExactInteger(this.value)) return Number(this.value);
    throw inexactInteger(String(this.value));
  }
}

/** Text of Python 2 that is not ASCII: its encoding is known to its writer only. */
export class ByteText extends PythonObject {
  constructor(readonly bytes: Uint8Array) {
    super();
  }

  plain(): never {
    throw malformed('has byte text that is not ASCII');
  }
}

/** A `timedelta`, normalized as Python keeps it. */
export class TimeDelta extends PythonObject {
  /** Microseconds; beyond 285 years they are rounded to what a number holds. */
  readonly microseconds: number;

  constructor(days: number, seconds: number, microseconds: number) {
    super();
    this.microseconds = (days * 86_400 + seconds) * 1_000_000 + microseconds;
  }

  /** Seconds, as Python's `total_seconds()`. */
  plain(): number {
    return this.microseconds / 1_000_000;
  }
}

/** A `timezone`: an offset from UTC. */
export class TimeZone extends PythonObject {
  constructor(readonly offset: TimeDelta) {
    super();
  }

  /** Such as `+02:00`. */
  plain(): string {
    const { microseconds } = this.offset;
    return (microseconds < 0 ? '-' : '+') + clockText(Math.abs(microseconds));
  }
}

/** A `UUID`: empty when it is made, and given its number once. */
export class Uuid extends PythonObject {
  private text: string | undefined;

  /** False where it has a number, or the number is none of 128 bits. */
  setNumber(value: bigint): boolean {
    if (this.text !== undefined || value < 0n || value >> 128n !== 0n) return false;
    const hex = value.toString(16).padStart(32, '0');
    this.text = [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1])).join('-');
    return true;
  }

  plain(): string {
    if (this.text === undefined) throw malformed('has a uuid.UUID without its number');
    return this.text;
  }
}

/** `HH:MM`, with seconds and microseconds where there are any, as Python writes offsets. */
function clockText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const parts = [seconds / 3600, (seconds / 60) % 60].map((part) => digits(Math.floor(part), 2));
  const rest = microseconds % 60_000_000;
  if (rest !== 0) parts.push(digits(seconds % 60, 2) + fractionText(microseconds % 1_000_000));
  return parts.join(':');
}

/** `.ffffff`, or nothing where it is zero. */
export function fractionText(microseconds: number): string {
  return microseconds === 0 ? '' : `.${digits(microseconds, 6)}`;
}

export function digits(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
