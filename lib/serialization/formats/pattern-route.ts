import { DECODING_LIMITS } from '../../contracts/decoding-budget.js';

/**
 * The text by which a pattern is known, of handlers and messages alike: objects as their sorted keys and values, as
 * Nest's own transports write them, so that `@MessagePattern({ cmd: 'sum' })` finds its messages; arrays as JSON writes
 * them. Undefined where the value is no pattern.
 */
export function patternRoute(pattern: unknown): string | undefined {
  if (typeof pattern === 'number') return String(pattern);
  if (typeof pattern === 'string') return pattern === '' ? undefined : routeOfText(pattern);
  return isObject(pattern) ? routeOf(pattern, 0, { count: 0 }) : undefined;
}

function routeOfText(pattern: string): string {
  if (!/^[{[]/.test(pattern) || pattern.length > DECODING_LIMITS.patternLength) return pattern;
  try {
    return routeOf(JSON.parse(pattern) as object, 0, { count: 0 });
  } catch {
    return pattern;
  }
}

// The bounds are Nest's, for patterns that a stranger sends.
const MAX_DEPTH = 5;
const MAX_KEYS = 20;

/** Objects and arrays that a route has so far: parts that a pattern shares count each time that they stand in it. */
interface Visited {
  count: number;
}

function routeOf(pattern: object, depth: number, visited: Visited): string {
  if (depth > MAX_DEPTH) return '[MAX_DEPTH_REACHED]';
  // The route is too long by now: whoever decodes refuses it.
  if (++visited.count > DECODING_LIMITS.patternLength) return '[TOO_MANY_KEYS]';
  if (Array.isArray(pattern)) return routeOfArray(pattern, depth, visited);
  const keys = Object.keys(pattern);
  if (keys.length > MAX_KEYS) return '[TOO_MANY_KEYS]';
  const fields = pattern as Record<string, unknown>;
  const parts = keys
    .toSorted((a, b) => a.localeCompare(b))
    .map((key) => `"${escape(key)}":${routeOfField(fields[key], depth + 1, visited)}`);
  return `{${parts.join(',')}}`;
}

function routeOfArray(items: readonly unknown[], depth: number, visited: Visited): string {
  if (items.length > MAX_KEYS) return '[TOO_MANY_KEYS]';
  return `[${items.map((item) => routeOfField(item, depth + 1, visited)).join(',')}]`;
}

function routeOfField(value: unknown, depth: number, visited: Visited): string {
  if (typeof value === 'string') return `"${escape(value)}"`;
  return isObject(value) ? routeOf(value, depth, visited) : String(value);
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
