/**
 * JSON for people and scripts, of data that may hold what JSON cannot carry: a queue's format may read Dates, Maps, Sets,
 * BigInts and bytes. Maps and sets are shown as lists, bytes in base64, BigInts as text.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, readable, 2);
}

function readable(this: unknown, key: string, written: unknown): unknown {
  // What Buffer's own `toJSON()` gives is a list of numbers.
  const value = (this as Record<string, unknown>)[key];
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
  return typeof written === 'bigint' ? String(written) : written;
}
