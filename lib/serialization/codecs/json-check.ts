import { isDangerousKey, isRecord, MAX_JSON_DEPTH } from './json-limits.js';

/** What JSON cannot carry, and where. */
export interface JsonProblem {
  /** Such as `$.user.tags[2]`. */
  path: string;
  /** Such as `a function`. */
  found: string;
}

/**
 * Says whether JSON carries the value as it is. This runs for every message, so it keeps no path; where it says no,
 * `findJsonProblem` looks again and says why. A cycle ends at the depth limit.
 */
export function isJsonData(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (depth < MAX_JSON_DEPTH && isJsonObject(value, depth + 1));
    default:
      return false;
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return isJsonArray(value, depth);
  // What has a form of its own for JSON, such as a Date, would arrive as that and not as itself.
  if (!isRecord(value) || typeof value.toJSON === 'function') return false;
  for (const key in value) {
    const field = value[key];
    if (field !== undefined && !isJsonData(field, depth)) return false;
    if (isDangerousKey(key, field)) return false;
  }
  return true;
}

function isJsonArray(items: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < items.length; index++) {
    if (!isJsonData(items[index], depth)) return false;
  }
  return true;
}

/** The first thing that JSON cannot carry; undefined where there is none. */
export function findJsonProblem(
  value: unknown,
  path = '$',
  above: readonly object[] = [],
): JsonProblem | undefined {
  if (typeof value !== 'object' || value === null) {
    return isJsonData(value) ? undefined : { path, found: describe(value) };
  }
  if (above.includes(value)) return { path, found: 'a cycle' };
  if (above.length >= MAX_JSON_DEPTH) {
    return { path: shorten(path), found: `data nested deeper than ${MAX_JSON_DEPTH} levels` };
  }
  return problemWithin(value, path, [...above, value]);
}

function problemWithin(
  value: object,
  path: string,
  above: readonly object[],
): JsonProblem | undefined {
  if (Array.isArray(value)) return problemInArray(value, path, above);
  if (hasToJson(value)) return { path, found: describeChanged(value) };
  if (!isRecord(value)) return { path, found: describe(value) };
  return problemInFields(value, path, above);
}

function problemInArray(
  items: readonly unknown[],
  path: string,
  above: readonly object[],
): JsonProblem | undefined {
  for (let index = 0; index < items.length; index++) {
    const problem = findJsonProblem(items[index], `${path}[${index}]`, above);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemInFields(
  fields: Record<string, unknown>,
  path: string,
  above: readonly object[],
): JsonProblem | undefined {
  for (const [key, field] of Object.entries(fields)) {
    const fieldPath = path + pathStep(key);
    if (isDangerousKey(key, field)) return { path: fieldPath, found: `the key "${key}"` };
    if (field === undefined) continue;
    const problem = findJsonProblem(field, fieldPath, above);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** What JSON writes, and as something else than it is. */
function describeChanged(value: object): string {
  return value instanceof Date
    ? `${describe(value)}, which would arrive as text`
    : `${describe(value)} with a toJSON(), which would arrive as something else`;
}

function isInvalidDate(value: Date): boolean {
  return Number.isNaN(value.getTime());
}

function pathStep(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function shorten(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}

/** Names a value that JSON cannot carry. */
export function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return 'a BigInt';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof Date) return isInvalidDate(value) ? 'an invalid Date' : 'a Date';
  const className = (value.constructor as { name?: unknown } | undefined)?.name;
  return `an instance of ${typeof className === 'string' && className !== '' ? className : 'a class'}`;
}
