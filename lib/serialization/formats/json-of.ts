import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError, UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { decodeWithin } from '../codecs/decode-within.js';
import { jsonCodec } from '../codecs/json-codec.js';
import { isRecord, nameOf } from './fields.js';

/** For formats that are JSON whatever codec a send names: the named one where it writes JSON, else the strict one. */
export function jsonOf(codec: Codec): Codec {
  return codec.name === 'json' ? codec : jsonCodec;
}

/** Decodes with a user's codec, which may throw whatever it likes. @throws UndecodableMessageError */
export function decodeWith(
  codec: Codec,
  text: string,
  budget: DecodingBudget | undefined,
): unknown {
  try {
    return decodeWithin(codec, text, budget);
  } catch (cause) {
    if (cause instanceof UndecodableMessageError) throw cause;
    throw new UndecodableMessageError({ problem: `the codec "${codec.name}" failed`, cause });
  }
}

/** Positional and named arguments of a Python function. */
export interface PythonArguments {
  args: unknown[];
  kwargs: Record<string, unknown>;
}

/**
 * The arguments that a sender gave; what is left out is empty.
 *
 * @throws UnserializableDataError where the data is anything but `{ args?, kwargs? }`
 */
export function requireArguments(data: unknown, format: string): PythonArguments {
  const { args = [], kwargs = {}, ...others } = requireObject(data, format, '$');
  const [extra] = Object.keys(others);
  if (extra !== undefined) throw unwritable(format, `$.${extra}`, 'a field beside args and kwargs');
  if (!Array.isArray(args)) throw unwritable(format, '$.args', nameOf(args));
  return { args, kwargs: requireObject(kwargs, format, '$.kwargs') };
}

/** @throws UnserializableDataError where the value is no object */
export function requireObject(
  value: unknown,
  format: string,
  path: string,
): Record<string, unknown> {
  if (isRecord(value) && !(value instanceof Map) && !(value instanceof Set)) return value;
  throw unwritable(format, path, nameOf(value));
}

export function unwritable(
  format: string,
  path: string,
  found: string,
  advice?: string,
): UnserializableDataError {
  return new UnserializableDataError({ path, found, codec: format, advice });
}

/** For a name that the other library keeps for itself. */
export const otherName = 'Give it another name.';
