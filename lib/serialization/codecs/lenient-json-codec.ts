import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { boundedDecoder } from './decode-within.js';
import { describe } from './json-check.js';
import { readableJson, writeJson } from './json-codec.js';
import { decodeJson } from './json-decode.js';
import { isDangerousKey, isRecord, MAX_JSON_DEPTH } from './json-limits.js';

/**
 * JSON that never refuses a value. What JSON has a counterpart for is written as that: sets and arrays of numbers as
 * lists, maps as objects where all keys are text and else as lists of pairs, instances of classes by their fields. Bytes
 * are written in base64, and anything else as its text. Its messages are plain JSON, so they name no codec.
 */
export const lenientJsonCodec: Codec = {
  name: 'json',
  encode(value) {
    return readableJson(written(value), NAME_IN_ERRORS);
  },
  ...boundedDecoder(decodeJson),
};

const NAME_IN_ERRORS = 'lenient json';

function written(value: unknown): string {
  try {
    return writeJson(toJsonData(value, []));
  } catch (cause) {
    throw new UnserializableDataError({
      path: '$',
      found: 'data that throws when it is read',
      codec: NAME_IN_ERRORS,
      cause,
    });
  }
}

function toJsonData(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      return value === null ? null : objectToJson(value, above);
    case 'undefined':
      return 'undefined';
    default:
      return oddToText(value);
  }
}

function oddToText(value: unknown): string {
  return typeof value === 'function' ? `[Function ${value.name}]` : String(value);
}

function objectToJson(value: object, above: readonly object[]): unknown {
  if (above.includes(value)) return '[Circular]';
  if (above.length >= MAX_JSON_DEPTH - 1) return '[Too deep]';
  const path = [...above, value];
  if (Array.isArray(value) || value instanceof Set) return listToJson(value, path);
  if (value instanceof Map) return mapToJson(value, path);
  if (value instanceof Date) return dateText(value);
  if (isBytes(value)) return base64Of(value);
  if (ArrayBuffer.isView(value)) return listToJson(value as unknown as Iterable<unknown>, path);
  if (hasToJson(value)) return toJsonData(value.toJSON(''), path);
  return isRecord(value) ? fieldsToJson(value, path) : ownText(value);
}

function listToJson(items: Iterable<unknown>, path: readonly object[]): unknown[] {
  return Array.from(items, (item) => toJsonData(item, path));
}

function mapToJson(map: ReadonlyMap<unknown, unknown>, path: readonly object[]): unknown {
  const entries = [...map];
  const isObject = entries.every(
    ([key, field]) => typeof key === 'string' && !isDangerousKey(key, field),
  );
  return isObject
    ? fieldsToJson(Object.fromEntries(entries) as Record<string, unknown>, path)
    : listToJson(entries, path);
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

type Bytes = ArrayBufferLike | DataView | Uint8Array | Uint8ClampedArray;

function isBytes(value: object): value is Bytes {
  return [ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array, Uint8ClampedArray].some(
    (kind) => value instanceof kind,
  );
}

function base64Of(bytes: Bytes): string {
  const buffer = ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes);
  return buffer.toString('base64');
}

function fieldsToJson(
  value: Record<string, unknown>,
  path: readonly object[],
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !isDangerousKey(key, field)) fields[key] = toJsonData(field, path);
  }
  return fields;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** What a built-in kind says of itself, such as an Error or a RegExp; what it is called, where it says nothing. */
function ownText(value: object): string {
  // oxlint-disable-next-line typescript/no-base-to-string
  const text = String(value);
  return /^\[object \w+\]$/.test(text) ? describe(value) : text;
}
