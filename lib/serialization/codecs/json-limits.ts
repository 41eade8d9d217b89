/** Levels of arrays and objects within each other; deeper data breaks code that walks it. */
export const MAX_JSON_DEPTH = 1_000;

/** True for an object without a class: its prototype is `Object.prototype`, of whichever realm, or none. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || isRootPrototype(prototype);
}

// Data from another realm, such as a test runner's sandbox, has a root prototype of its own.
function isRootPrototype(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null;
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
