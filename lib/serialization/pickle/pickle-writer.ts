import { DECODING_LIMITS } from '../../contracts/decoding-budget.js';
import { UnserializableDataError } from '../../contracts/errors/index.js';
import { hasLoneSurrogate } from '../codecs/base64.js';
import { checkData, DataProblem } from '../codecs/data-check.js';
import { describe } from '../codecs/json-check.js';
import { isRecord } from '../codecs/json-limits.js';

/**
 * Writes data as Python's pickle, protocol 2, which every Python since 2.3 reads: null, booleans, numbers, text, arrays
 * (as lists), objects and maps (as dicts), BigInt (as int), bytes, sets, and dates (as datetimes in UTC, for Python 3).
 * Whole numbers up to 2^53 are written as int, others as float.
 *
 * @throws UnserializableDataError
 */
export function writePickle(value: unknown): Buffer {
  try {
    checkData(value, DECODING_LIMITS);
    return Buffer.concat([PROTOCOL_2, ...bytesOf(value, '$'), STOP]);
  } catch (cause) {
    const facts = cause instanceof DataProblem ? cause : { path: '$', found: unreadable };
    const { path, found } = facts;
    throw new UnserializableDataError({ path, found, codec: 'pickle', cause });
  }
}

const unreadable = 'data that throws when it is read';

const PROTOCOL_2 = Buffer.from([0x80, 2]);
const STOP = Buffer.from('.');
const NONE = Buffer.from('N');
const TRUE = Buffer.from([0x88]);
const FALSE = Buffer.from([0x89]);
const MARK = Buffer.from('(');
const TUPLE = Buffer.from('t');
const LIST = Buffer.from(']('); // EMPTY_LIST MARK
const LIST_END = Buffer.from('e'); // APPENDS
const DICT = Buffer.from('}('); // EMPTY_DICT MARK
const DICT_END = Buffer.from('u'); // SETITEMS
const CALL_WITH_ONE = Buffer.from([0x85, 0x52]); // TUPLE1 REDUCE
const CALL_WITH_TWO = Buffer.from([0x86, 0x52]); // TUPLE2 REDUCE
const CALL_WITH_THREE = Buffer.from([0x87, 0x52]); // TUPLE3 REDUCE

// Names of Python 2, which Python 3 understands in protocol 2.
const NO_BYTES = Buffer.from('c__builtin__\nbytes\n)R');
const ENCODE = Buffer.from('c_codecs\nencode\n');
const SET = Buffer.from('c__builtin__\nset\n');
const FROZENSET = Buffer.from('c__builtin__\nfrozenset\n');
const DATETIME = Buffer.from('cdatetime\ndatetime\n');
const UTC = Buffer.concat([
  Buffer.from('cdatetime\ntimezone\ncdatetime\ntimedelta\nK\0K\0K\0'),
  CALL_WITH_THREE,
  CALL_WITH_ONE,
]);

type Chunks = Iterable<Uint8Array>;

function* bytesOf(value: unknown, path: string): Chunks {
  if (Array.isArray(value)) yield* listBytes(value, path);
  else if (value instanceof Set) yield* setBytes(SET, value, path);
  else if (value instanceof Map) yield* mapBytes(value, path);
  else if (isFields(value)) yield* dictBytes(value, path);
  else yield* leafBytes(value, path);
}

/** What Python can hash, so that it may be in a set: lists become tuples there, and sets frozen. */
function* memberBytes(value: unknown, path: string): Chunks {
  if (Array.isArray(value)) yield* tupleBytes(value, path);
  else if (value instanceof Set) yield* setBytes(FROZENSET, value, path);
  else if (value instanceof Map || isFields(value)) {
    throw new DataProblem({ path, found: 'an object inside of a Set, where Python has no dicts' });
  } else yield* leafBytes(value, path);
}

function* leafBytes(value: unknown, path: string): Chunks {
  if (value === null) yield NONE;
  else if (typeof value === 'boolean') yield value ? TRUE : FALSE;
  else if (typeof value === 'number') yield numberBytes(value);
  else if (typeof value === 'bigint') yield longBytes(value);
  else if (typeof value === 'string') yield textBytes(value, path);
  else if (value instanceof Date) yield* dateBytes(value, path);
  else if (value instanceof Uint8Array) yield* rawBytes(value);
  else throw new DataProblem({ path, found: describe(value) });
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && isRecord(value);
}

function* listBytes(items: readonly unknown[], path: string): Chunks {
  yield LIST;
  for (const [index, item] of items.entries()) yield* bytesOf(item, `${path}[${index}]`);
  yield LIST_END;
}

function* tupleBytes(items: readonly unknown[], path: string): Chunks {
  yield MARK;
  for (const [index, item] of items.entries()) yield* memberBytes(item, `${path}[${index}]`);
  yield TUPLE;
}

function* setBytes(type: Uint8Array, set: ReadonlySet<unknown>, path: string): Chunks {
  yield type;
  yield LIST;
  let index = 0;
  for (const member of set) {
    const place = `${path}<${index++}>`;
    if (isAnother(member, set)) throw new DataProblem({ path: place, found: sameNumber });
    yield* memberBytes(member, place);
  }
  yield LIST_END;
  yield CALL_WITH_ONE;
}

function* dictBytes(fields: Record<string, unknown>, path: string): Chunks {
  yield DICT;
  for (const [key, field] of Object.entries(fields)) {
    if (field === undefined) continue;
    yield textBytes(key, path);
    yield* bytesOf(field, `${path}.${key}`);
  }
  yield DICT_END;
}

function* mapBytes(map: ReadonlyMap<unknown, unknown>, path: string): Chunks {
  yield DICT;
  let index = 0;
  for (const [key, value] of map) {
    const place = `${path}<${index++}>`;
    const found = keyProblem(key, map);
    if (found !== undefined) throw new DataProblem({ path: place, found });
    yield* leafBytes(key, place);
    yield* bytesOf(value, place);
  }
  yield DICT_END;
}

function keyProblem(key: unknown, map: ReadonlyMap<unknown, unknown>): string | undefined {
  if (isAnother(key, map)) return sameNumber;
  const isKey = typeof key === 'string' || typeof key === 'bigint' || Number.isSafeInteger(key);
  return isKey ? undefined : 'a key of a Map that is neither text nor a whole number';
}

/** Python takes 1, 1n and true for one: a set or a dict would keep one of them. */
function isAnother(value: unknown, among: { has(value: unknown): boolean }): boolean {
  if (typeof value === 'boolean') return among.has(Number(value)) || among.has(BigInt(value));
  return typeof value === 'bigint' && among.has(Number(value));
}

const sameNumber = 'one number twice, as Python compares';

/** An instant, in UTC: `datetime(state, timezone.utc)`. */
function* dateBytes(date: Date, path: string): Chunks {
  if (Number.isNaN(date.getTime())) throw new DataProblem({ path, found: 'an invalid Date' });
  const year = date.getUTCFullYear();
  if (year < 1 || year > 9999) {
    throw new DataProblem({ path, found: 'a Date beyond the years 1 to 9999, as Python has them' });
  }
  yield DATETIME;
  yield* rawBytes(stateOf(date, year));
  yield UTC;
  yield CALL_WITH_TWO;
}

function stateOf(date: Date, year: number): Buffer {
  const state = Buffer.alloc(10);
  state.writeUInt16BE(year, 0);
  state[2] = date.getUTCMonth() + 1;
  state[3] = date.getUTCDate();
  state[4] = date.getUTCHours();
  state[5] = date.getUTCMinutes();
  state[6] = date.getUTCSeconds();
  state.writeUIntBE(date.getUTCMilliseconds() * 1000, 7, 3);
  return state;
}

/** As Python 3 writes bytes up to protocol 2: text with a character for each byte. */
function* rawBytes(bytes: Uint8Array): Chunks {
  if (bytes.length === 0) {
    yield NO_BYTES;
    return;
  }
  yield ENCODE;
  yield unicode(Buffer.from(bytes).toString('latin1'));
  yield unicode('latin1');
  yield CALL_WITH_TWO;
}

function textBytes(text: string, path: string): Buffer {
  if (hasLoneSurrogate(text)) throw new DataProblem({ path, found: 'half of a surrogate pair' });
  return unicode(text);
}

function unicode(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.from('X\0\0\0\0'); // BINUNICODE
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function numberBytes(value: number): Buffer {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return floatBytes(value);
  return value >= -0x80000000 && value <= 0x7fffffff ? intBytes(value) : longBytes(BigInt(value));
}

function floatBytes(value: number): Buffer {
  const bytes = Buffer.from('G\0\0\0\0\0\0\0\0'); // BINFLOAT
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function intBytes(value: number): Buffer {
  const bytes = Buffer.from('J\0\0\0\0'); // BININT
  bytes.writeInt32LE(value, 1);
  return bytes;
}

/** Two's complement, the lowest byte first, with room for the sign. */
function longBytes(value: bigint): Buffer {
  const digits = (value < 0n ? -value : value).toString(16).length;
  const length = Math.floor(digits / 2) + 1;
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  const bytes = Buffer.from(hex.padStart(2 * length, '0'), 'hex').toReversed();
  if (length <= 0xff) return Buffer.concat([Buffer.from([0x8a, length]), bytes]); // LONG1
  const head = Buffer.from('\x8b\0\0\0\0', 'latin1'); // LONG4
  head.writeUInt32LE(length, 1);
  return Buffer.concat([head, bytes]);
}
