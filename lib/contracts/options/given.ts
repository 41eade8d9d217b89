/** The fields that say something: an option that is `undefined` counts as left out. */
export function given<T extends object>(options: T): Given<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
