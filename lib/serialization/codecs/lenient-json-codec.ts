import { UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';
import { describe } from './json-check.js';
import { writeJson } from './json-codec.js';
import { decodeJson } from './json-decode.js';
import { isDangerousKey, MAX_JSON_DEPTH } from './json-limits.js';

/**
 * JSON that never refuses a value: what JSON cannot carry arrives as text. Instances of classes are written by their
 * own fields, maps and sets as text. Its messages are plain JSON, so they name no codec.
 */
export const lenientJsonCodec: Codec = {
  name: 'json',
  encode(value) {
    try {
      return writeJson(toJsonData(value, []));
    } catch (cause) {
      throw new UnserializableDataError({
        path: '$',
        found: 'data that throws when it is read',
        codec: 'lenient json',
        cause,
      });
    }
  },
  decode: decodeJson,
};

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
  if (Array.isArray(value)) return Array.from(value, (item) => toJsonData(item, path));
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (hasToJson(value)) return toJsonData(value.toJSON(''), path);
  return hasOwnText(value) ? describeContent(value) : fieldsToJson(value, path);
}

function fieldsToJson(value: object, path: readonly object[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !isDangerousKey(key, field)) fields[key] = toJsonData(field, path);
  }
  return fields;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function hasOwnText(value: object): value is Error | RegExp | Map<unknown, unknown> | Set<unknown> {
  return (
    value instanceof Error ||
    value instanceof RegExp ||
    value instanceof Map ||
    value instanceof Set
  );
}

function describeContent(value: Error | RegExp | Map<unknown, unknown> | Set<unknown>): string {
  if (value instanceof Error || value instanceof RegExp) return String(value);
  return `${describe(value)} with ${value.size} entries`;
}
