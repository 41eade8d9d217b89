/** Levels of arrays and objects within each other; deeper data breaks code that walks it. */
export const MAX_JSON_DEPTH = 1_000;

/**
 * True for an object that JSON writes field by field: a plain one, of whichever realm, or an instance of a user's own
 * class, such as a DTO. Built-in kinds with a content of their own (Map, Error, typed arrays, …) are none.
 */
export function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** `__proto__`, and `constructor.prototype`: keys that change prototypes where careless code merges them. */
export function isDangerousKey(key: string, value: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' &&
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'prototype')
  );
}
