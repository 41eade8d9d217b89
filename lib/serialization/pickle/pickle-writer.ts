import { UnserializableDataError } from '../../contracts/errors/index.js';
import { hasLoneSurrogate } from '../codecs/base64.js';
import { checkData, DataProblem } from '../codecs/data-check.js';
import { MAX_UNPACKED_BYTES } from '../codecs/inflate.js';
import { describe } from '../codecs/json-check.js';
import { isRecord } from '../codecs/json-limits.js';

/**
 * Writes plain data as Python's pickle, protocol 2, which every Python since 2.3 reads: null, booleans, numbers, text,
 * arrays (as lists), objects (as dicts). Whole numbers up to 2^53 are written as int, others as float; dates as ISO text.
 *
 * @throws UnserializableDataError
 */
export function writePickle(value: unknown): Buffer {
  try {
    checkData(value, MAX_UNPACKED_BYTES);
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
const LIST = Buffer.from(']('); // EMPTY_LIST MARK
const LIST_END = Buffer.from('e'); // APPENDS
const DICT = Buffer.from('}('); // EMPTY_DICT MARK
const DICT_END = Buffer.from('u'); // SETITEMS

type Chunks = Iterable<Uint8Array>;

function* bytesOf(value: unknown, path: string): Chunks {
  if (value === null) yield NONE;
  else if (typeof value === 'boolean') yield value ? TRUE : FALSE;
  else if (typeof value === 'number') yield numberBytes(value);
  else if (typeof value === 'string') yield textBytes(value, path);
  else if (Array.isArray(value)) yield* listBytes(value, path);
  else if (value instanceof Date) yield textBytes(isoText(value, path), path);
  else if (typeof value === 'object' && isRecord(value)) yield* dictBytes(value, path);
  else throw new DataProblem({ path, found: describe(value) });
}

function* listBytes(items: readonly unknown[], path: string): Chunks {
  yield LIST;
  for (const [index, item] of items.entries()) yield* bytesOf(item, `${path}[${index}]`);
  yield LIST_END;
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

function isoText(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw new DataProblem({ path, found: 'an invalid Date' });
  return date.toISOString();
}

function textBytes(text: string, path: string): Buffer {
  if (hasLoneSurrogate(text)) throw new DataProblem({ path, found: 'half of a surrogate pair' });
  const bytes = Buffer.from(text);
  const head = Buffer.from('X\0\0\0\0'); // BINUNICODE
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function numberBytes(value: number): Buffer {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return floatBytes(value);
  return value >= -0x80000000 && value <= 0x7fffffff ? intBytes(value) : longBytes(value);
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

function longBytes(value: number): Buffer {
  const bytes = Buffer.from([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0]); // LONG1, eight bytes
  bytes.writeBigInt64LE(BigInt(value), 2);
  return bytes;
}
