import { ByteText, digits, fractionText, TimeDelta, TimeZone } from './python-objects.js';

// Python packs a date or a time into bytes, most significant first: year (2), month, day; hour, minute, second,
// microsecond (3). The first bit of the month of a datetime, and of the hour of a time, is `fold`.

const FOLD = 0x80;

/** `date(state)` as `YYYY-MM-DD`; undefined where the arguments are not what Python writes. */
export function dateText(args: readonly unknown[]): string | undefined {
  const state = stateOf(args, 4, 1);
  return state && dateIn(state)?.text;
}

/** `time(state[, timezone])` as `HH:MM:SS`, with `.ffffff` and an offset where there are any. */
export function timeText(args: readonly unknown[]): string | undefined {
  const state = stateOf(args, 6, 2);
  if (state === undefined) return undefined;
  const [hour = 0, ...rest] = state;
  const clock = clockIn([hour & ~FOLD, ...rest]);
  return clock && clock.text + (args[1] instanceof TimeZone ? args[1].plain() : '');
}

/**
 * `datetime(state[, timezone])`. With a time zone it is an instant, and a Date; digits below the millisecond are cut.
 * Without one it may be any of 25 hours' worth of instants, and stays text: `YYYY-MM-DDTHH:MM:SS[.ffffff]`.
 */
export function datetimeOf(args: readonly unknown[]): Date | string | undefined {
  const state = stateOf(args, 10, 2);
  if (state === undefined) return undefined;
  const [high = 0, low = 0, month = 0, dayOfMonth = 0] = state;
  const date = dateIn([high, low, month & ~FOLD, dayOfMonth]);
  const clock = clockIn(state.slice(4));
  if (date === undefined || clock === undefined) return undefined;
  const [, zone] = args;
  if (!(zone instanceof TimeZone)) return `${date.text}T${clock.text}`;
  const microseconds = clock.microseconds - zone.offset.microseconds;
  return new Date(date.startsAt + Math.floor(microseconds / 1000));
}

/** `timedelta(days, seconds, microseconds)`, normalized as Python writes it. */
export function timeDelta(args: readonly unknown[]): TimeDelta | undefined {
  const [days, seconds, microseconds] = args;
  if (args.length !== 3 || !isWithin(days, -999_999_999, 999_999_999)) return undefined;
  if (!isWithin(seconds, 0, 86_399) || !isWithin(microseconds, 0, 999_999)) return undefined;
  return new TimeDelta(days, seconds, microseconds);
}

/** `timezone(timedelta[, name])`: less than a day from UTC. The name is left out. */
export function timeZone(args: readonly unknown[]): TimeZone | undefined {
  const [offset, name] = args;
  if (args.length === 0 || args.length > 2 || !(offset instanceof TimeDelta)) return undefined;
  if (args.length === 2 && typeof name !== 'string') return undefined;
  return Math.abs(offset.microseconds) < 86_400_000_000 ? new TimeZone(offset) : undefined;
}

/** The bytes of a state: bytes, or as Python 2 wrote them, text. A second argument must be a time zone. */
function stateOf(
  args: readonly unknown[],
  length: number,
  maxArgs: number,
): readonly number[] | undefined {
  const [state, zone] = args;
  if (args.length === 0 || args.length > maxArgs) return undefined;
  if (args.length === 2 && !(zone instanceof TimeZone)) return undefined;
  const bytes = bytesIn(state);
  return bytes?.length === length ? [...bytes] : undefined;
}

function bytesIn(state: unknown): Uint8Array | undefined {
  if (state instanceof Uint8Array) return state;
  if (state instanceof ByteText) return state.bytes;
  // Only what is short: a state is at most ten bytes long.
  if (typeof state !== 'string' || state.length > 10) return undefined;
  return /^[\0-\x7f]*$/.test(state) ? Buffer.from(state, 'latin1') : undefined;
}

interface DatePart {
  readonly text: string;
  /** Milliseconds since the epoch when the day begins in UTC. */
  readonly startsAt: number;
}

function dateIn([high = 0, low = 0, month = 0, day = 0]: readonly number[]): DatePart | undefined {
  const year = high * 256 + low;
  if (!isWithin(year, 1, 9999) || !isWithin(month, 1, 12)) return undefined;
  // Not `Date.UTC`, for which the years 0 to 99 are those from 1900 on.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // Day 0, or 30 February, is a day of another month.
  if (date.getUTCMonth() !== month - 1) return undefined;
  const text = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return { text, startsAt: date.getTime() };
}

interface ClockPart {
  readonly text: string;
  /** Microseconds since midnight. */
  readonly microseconds: number;
}

function clockIn(bytes: readonly number[]): ClockPart | undefined {
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = bytes;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const microsecond = high * 65_536 + middle * 256 + low;
  if (microsecond > 999_999) return undefined;
  const seconds = hour * 3600 + minute * 60 + second;
  const text = [hour, minute, second].map((part) => digits(part, 2)).join(':');
  return {
    text: text + fractionText(microsecond),
    microseconds: seconds * 1_000_000 + microsecond,
  };
}

function isWithin(value: unknown, from: number, to: number): value is number {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}
