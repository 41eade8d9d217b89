import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { boundedDecoder, readableText } from './decode-within.js';
import { describe, findJsonProblem, isJsonData } from './json-check.js';
import { decodeJson } from './json-decode.js';

/**
 * JSON, strictly: a value that would arrive as something else is an error, such as a Date, which would arrive as text.
 * Fields that are undefined are left out, −0 arrives as 0, and an instance of a class as an object of its fields.
 */
export const jsonCodec: Codec = {
  name: 'json',
  encode(value) {
    return readableJson(written(value), 'json');
  },
  ...boundedDecoder(decodeJson),
};

function written(value: unknown): string {
  try {
    if (isJsonData(value)) return writeJson(value);
  } catch (error) {
    throw writingFailed(error);
  }
  throw unserializable(value);
}

/**
 * Refuses what its reader would refuse, too.
 *
 * @throws UnserializableDataError
 */
export function readableJson(text: string, name: string): string {
  return readableText(text, { name, decode: jsonCodec.decode, fromLength: SHORTEST_AT_A_LIMIT });
}

/** The 24,000 different fields that use up `fieldNames` take 180,000 characters at least. */
const SHORTEST_AT_A_LIMIT = 131_072;

/** Writes what the strict check, or the lenient copy, found to be JSON. */
export function writeJson(value: unknown): string {
  return escapeForSqs(JSON.stringify(value));
}

// JSON leaves U+FFFE and U+FFFF as they are, and SQS refuses a body that has them.
export function escapeForSqs(text: string): string {
  return /[\uFFFE\uFFFF]/.test(text)
    ? text.replace(/[\uFFFE\uFFFF]/g, (character) =>
        character === '\uFFFE' ? '\\ufffe' : '\\uffff',
      )
    : text;
}

function unserializable(value: unknown): Error {
  try {
    const problem = findJsonProblem(value) ?? { path: '$', found: describe(value) };
    return new UnserializableDataError({ ...problem, codec: 'json' });
  } catch (error) {
    return writingFailed(error);
  }
}

// A getter of the data threw.
function writingFailed(cause: unknown): UnserializableDataError {
  return new UnserializableDataError({
    path: '$',
    found: 'data that throws when it is read',
    codec: 'json',
    cause,
  });
}
