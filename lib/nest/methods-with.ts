export type Callable = (...args: unknown[]) => unknown;

/** Methods of a class that carry this metadata, inherited ones included, by name; an override counts as it is. */
export function methodsWith(prototype: object, metadataKey: string | symbol): [string, Callable][] {
  const found = new Map<string, unknown>();
  for (let level: object | null = prototype; level !== null; level = parentOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (!found.has(name)) found.set(name, value);
    }
  }
  return [...found].filter((entry): entry is [string, Callable] => hasKey(entry[1], metadataKey));
}

function parentOf(prototype: object): object | null {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent === Object.prototype ? null : parent;
}

function hasKey(value: unknown, metadataKey: string | symbol): boolean {
  return typeof value === 'function' && Reflect.hasMetadata(metadataKey, value);
}
