import { deserialize, serialize } from 'node:v8';
import { CannotCrossError } from './isolation.errors.js';

/**
 * The bytes of a structured clone: what a thread would get, and a process too.
 * @throws CannotCrossError that names the part which cannot be cloned
 */
export function packed(value: unknown, what: string): Uint8Array {
  try {
    return serialize(value);
  } catch (cause) {
    throw new CannotCrossError({ part: faultyPart(value, what) ?? what, cause });
  }
}

export function unpacked(bytes: Uint8Array): unknown {
  return deserialize(bytes);
}

export function isCloneable(value: unknown): boolean {
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}

/** `argument 1.onDone (a function)`: the innermost part that cannot be cloned. */
function faultyPart(value: unknown, path: string): string | undefined {
  if (isCloneable(value)) return undefined;
  for (const [key, part] of partsOf(value)) {
    const found = faultyPart(part, `${path}${key}`);
    if (found !== undefined) return found;
  }
  return `${path} (${kindOf(value)})`;
}

function partsOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((part, index) => [`[${index}]`, part as unknown]);
  if (value instanceof Map) return [...value].map(([key, part]) => [`.get(${String(key)})`, part]);
  return Object.entries(value).map(([key, part]) => [`.${key}`, part as unknown]);
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  return `an instance of ${value.constructor?.name ?? 'nothing'}`;
}
