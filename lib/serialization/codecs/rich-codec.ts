import { parse, stringify } from 'devalue';
import { UndecodableMessageError, UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { checkData, DataProblem } from './data-check.js';
import { MAX_UNPACKED_BYTES } from './inflate.js';
import { escapeForSqs } from './json-codec.js';

/**
 * Carries what JSON cannot: Date, Map, Set, BigInt, undefined, NaN, ±Infinity, −0, bytes, typed arrays. A part that
 * stands in several places stays one; cycles and instances of classes are errors.
 */
export const richCodec: Codec = {
  name: 'rich',
  encode(value) {
    try {
      checkData(value, MAX_UNPACKED_BYTES);
      return escapeForSqs(stringify(value, undefined, { operations: byFields }));
    } catch (error) {
      throw unserializable(error);
    }
  },
  decode(text) {
    try {
      const value: unknown = parse(text, undefined, { operations: dataOnly });
      checkData(value, MAX_UNPACKED_BYTES);
      return value;
    } catch (error) {
      throw undecodable(error);
    }
  },
};

// An instance of a user's own class, such as a DTO, is written by its fields, as JSON does.
const byFields = {
  shapeOf: (value: object) => ({ kind: 'plain' as const, keys: Object.keys(value) }),
};

// What devalue could build beyond plain data. A stranger's regular expression can hang whoever runs it, and a sparse
// array is as long as it claims to be.
const dataOnly = {
  fromRegExpInfo: () => refuse('a regular expression'),
  fromStringValue: (tag: string) => refuse(`a ${tag}`),
  box: () => refuse('a boxed value'),
  createSparseArray: () => refuse('a sparse array'),
  createNullPrototypeObject: () => ({}),
};

function refuse(found: string): never {
  throw new DataProblem({ path: '$', found });
}

function unserializable(error: unknown): UnserializableDataError {
  const facts = error instanceof DataProblem ? error : { path: '$', found: 'data that it cannot' };
  const { path, found } = facts;
  return new UnserializableDataError({ path, found, codec: 'rich', cause: error });
}

function undecodable(cause: unknown): UndecodableMessageError {
  const problem =
    cause instanceof DataProblem
      ? `its data has ${cause.found} at ${cause.path}`
      : 'its body is not what the rich codec writes';
  return new UndecodableMessageError({ problem, cause });
}
