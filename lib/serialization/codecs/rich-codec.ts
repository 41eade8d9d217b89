import { stringify, unflatten } from 'devalue';
import { DECODING_LIMITS, type DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError, UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { checkData, DataProblem } from './data-check.js';
import { boundedDecoder, readableText } from './decode-within.js';
import { escapeForSqs } from './json-codec.js';
import { isNoJson, parseJson } from './json-decode.js';
import { withoutByteOrderMark } from './json-text.js';
import { CONTAINERS_OF, FieldWriter, spendHashed } from './object-shapes.js';

/**
 * Carries what JSON cannot: Date, Map, Set, BigInt, undefined, NaN, ±Infinity, −0, bytes, typed arrays. A part that
 * stands in several places stays one; cycles and instances of classes are errors.
 */
export const richCodec: Codec = {
  name: 'rich',
  encode(value) {
    const { name, decode } = richCodec;
    return readableText(written(value), { name, decode, fromLength: SHORTEST_AT_A_LIMIT });
  },
  ...boundedDecoder((text, budget) => {
    try {
      const flat = parseFlat(text, budget);
      checkEntries(flat, budget);
      const operations = dataOnly(budget);
      const value: unknown = unflatten(flat as unknown[], undefined, { operations });
      checkData(value, budget.limits);
      return value;
    } catch (error) {
      throw undecodable(error);
    }
  }),
};

/** A set of 500 BigInts uses up `hashedNumbers`, with 18 characters for each. */
const SHORTEST_AT_A_LIMIT = 8_192;

function written(value: unknown): string {
  try {
    checkData(value, DECODING_LIMITS);
    return escapeForSqs(stringify(value, undefined, { operations: byFields }));
  } catch (error) {
    throw unserializable(error);
  }
}

// An instance of a user's own class, such as a DTO, is written by its fields, as JSON does.
const byFields = {
  shapeOf: (value: object) => ({ kind: 'plain' as const, keys: Object.keys(value) }),
};

/** devalue's list of entries. Each array and object is built a second time from its entry, so they are taken twice. */
function parseFlat(text: string, budget: DecodingBudget): unknown {
  const before = budget.left('containers');
  const flat = parseJson(withoutByteOrderMark(text), budget);
  budget.spend('containers', before - budget.left('containers'));
  return flat;
}

/**
 * What devalue would build before it asks: BigInts of any length, which take the square of it, and views of bytes.
 *
 * @throws UndecodableMessageError, DataProblem
 */
function checkEntries(flat: unknown, budget: DecodingBudget): void {
  if (!Array.isArray(flat)) return;
  for (const entry of flat as unknown[]) {
    if (!Array.isArray(entry)) continue;
    const [tag, content] = entry as unknown[];
    if (tag === 'BigInt') checkDigits(content, budget);
    else if (isTagOfBytes(tag)) budget.spend('containers', CONTAINERS_OF.bytes);
  }
}

function checkDigits(digits: unknown, budget: DecodingBudget): void {
  if (typeof digits !== 'string' || !/^-?\d/.test(digits)) throw refused('a BigInt without digits');
  if (digits.length > budget.limits.bigIntDigits) throw budget.exceeded('bigIntDigits');
  budget.spend('values', BIG_INT);
}

/** What a BigInt takes more than a value does. */
const BIG_INT = 4;

function isTagOfBytes(tag: unknown): boolean {
  return typeof tag === 'string' && /(?:Array|ArrayBuffer|DataView)$/.test(tag);
}

/**
 * Builds plain data, and takes it from the budget; what devalue could build beyond it is refused. A stranger's regular
 * expression can hang whoever runs it, and a sparse array is as long as it claims to be.
 */
function dataOnly(budget: DecodingBudget) {
  const fields = new FieldWriter(budget);
  const spend = (kind: keyof typeof CONTAINERS_OF) =>
    budget.spend('containers', CONTAINERS_OF[kind]);
  return {
    createObject: () => fields.create(),
    createNullPrototypeObject: () => fields.create(),
    createArray(length: number): unknown[] {
      const items: unknown[] = [];
      items.length = length;
      return items;
    },
    set(target: object, key: string | number, value: unknown): void {
      if (Array.isArray(target)) target[key as number] = value;
      else fields.set(target as Record<string, unknown>, key as string, value);
    },
    createSet(): Set<unknown> {
      spend('set');
      return new Set();
    },
    addValue(set: Set<unknown>, value: unknown): void {
      spendHashed(value, budget);
      set.add(value);
    },
    createMap(): Map<unknown, unknown> {
      spend('map');
      return new Map();
    },
    addEntry(map: Map<unknown, unknown>, key: unknown, value: unknown): void {
      spendHashed(key, budget);
      map.set(key, value);
    },
    fromISOString(text: unknown): Date {
      spend('date');
      if (typeof text !== 'string' || text.length > LONGEST_DATE)
        throw refused('a date without text');
      return new Date(text);
    },
    fromRegExpInfo: () => refuse('a regular expression'),
    fromStringValue: (tag: string) => refuse(`a ${tag}`),
    box: () => refuse('a boxed value'),
    createSparseArray: () => refuse('a sparse array'),
  };
}

/** Characters of `+275760-09-13T00:00:00.000Z`, the last date there is. */
const LONGEST_DATE = 27;

function refuse(found: string): never {
  throw refused(found);
}

function refused(found: string): DataProblem {
  return new DataProblem({ path: '$', found });
}

function unserializable(error: unknown): UnserializableDataError {
  const facts = error instanceof DataProblem ? error : { path: '$', found: 'data that it cannot' };
  const { path, found } = facts;
  return new UnserializableDataError({ path, found, codec: 'rich', cause: error });
}

function undecodable(cause: unknown): UndecodableMessageError {
  if (cause instanceof UndecodableMessageError && !isNoJson(cause)) return cause;
  const problem =
    cause instanceof DataProblem
      ? `its data has ${cause.found} at ${cause.path}`
      : 'its body is not what the rich codec writes';
  return new UndecodableMessageError({ problem, cause });
}
