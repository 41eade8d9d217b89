import { inspect, isDeepStrictEqual } from 'node:util';

/** One place where data are not as expected. */
export interface Difference {
  /** Such as `items[1].name`; empty for the whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** A matcher of a test framework, such as `expect.any(String)`. */
interface Matcher {
  asymmetricMatch(actual: unknown): boolean;
}

/**
 * Where data differ from what was expected. Classes do not count, as data travel as plain values, and a property that is
 * undefined is as good as none.
 */
export function differencesOf(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (isMatcher(expected)) {
    return expected.asymmetricMatch(actual) ? [] : [{ path, expected, actual }];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return inLists(expected, actual, path);
  if (isRecord(expected) && isRecord(actual)) return inRecords(expected, actual, path);
  return isDeepStrictEqual(expected, actual) ? [] : [{ path, expected, actual }];
}

/** `to: expected 'ada', got 'bob'` */
export function writtenDifference({ path, expected, actual }: Difference): string {
  const where = path === '' ? '' : `${path}: `;
  return `${where}expected ${shown(expected)}, got ${shown(actual)}`;
}

function inLists(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
): Difference[] {
  const length = Math.max(expected.length, actual.length);
  return Array.from({ length }, (_, index) =>
    differencesOf(expected[index], actual[index], `${path}[${index}]`),
  ).flat();
}

function inRecords(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  path: string,
): Difference[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    differencesOf(expected[key], actual[key], path === '' ? key : `${path}.${key}`),
  );
}

function isMatcher(value: unknown): value is Matcher {
  return isObject(value) && typeof Reflect.get(value, 'asymmetricMatch') === 'function';
}

/** A plain object, or an instance of a class of the user's: those of the language are compared as they are. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || Array.isArray(value)) return false;
  return Object.prototype.toString.call(value) === '[object Object]';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 4 });
}
