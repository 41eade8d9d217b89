import { list, parts, word } from './json-bombs.js';

/** Text of devalue that was made to harm, of about so many characters. */
export const richBombs: Readonly<Record<string, (size: number) => string>> = {
  'a BigInt of a million digits': (size) => `[["BigInt","${'7'.repeat(size - 20)}"]]`,
  'BigInts at the limit': (size) => entries(size, (n) => `["BigInt","${n}${'7'.repeat(4_090)}"]`),
  'BigInts of hexadecimal digits': (size) => `[["BigInt","0x${'f'.repeat(size - 20)}"]]`,
  'short BigInts': (size) => entries(size, (n) => `["BigInt","${n}"]`),
  'a BigInt of a list': (size) => `[["BigInt",${list(size - 20, () => '1')}]]`,
  'a set of numbers that collide': (size) => setOf(size, (n) => String(colliding(n % 20_000))),
  'a map of numbers that collide': (size) => mapOf(size, (n) => String(colliding(n % 20_000))),
  'a set of BigInts that collide': (size) =>
    setOf(size, (n) => `["BigInt","${(BigInt(n) << 64n) + 1n}"]`),
  'a set of fractions': (size) => setOf(size, (n) => `${n}.5`),
  'a set of texts': (size) => setOf(size, (n) => `"${word(n)}"`),
  'dates without a form': (size) => entries(size, () => '["Date","(((((((((((("]'),
  'one long date': (size) => `[["Date","${'a '.repeat(size / 2 - 10)}"]]`,
  'many dates': (size) => entries(size, () => '["Date","2020-01-01T00:00:00.000Z"]'),
  'empty maps': (size) => entries(size, () => '["Map"]'),
  'empty sets': (size) => entries(size, () => '["Set"]'),
  'maps in maps': (size) => chain(size, (next) => `["Map",${next},${next}]`),
  'lists that share a list': (size) => chain(size, (next) => `[${next},${next}]`),
  'lists that share a list, at the depth limit': (size) =>
    chain(Math.min(size, 8_000), (next) => `[${next},${next}]`),
  'objects that share an object': (size) =>
    chain(Math.min(size, 12_000), (next) => `{"a":${next},"b":${next}}`),
  'ten of ten of ten': () => levels(12, (next) => list(99, () => String(next))),
  'one long text, everywhere': (size) =>
    `[${list(size / 2, () => '1')},"${'x'.repeat(size / 2 - 10)}"]`,
  'one pattern that is a tree of itself': () =>
    `[{"pattern":1},${Array.from({ length: 5 }, (_, at) => twenty(at + 2)).join(',')},"x"]`,
  'a cycle that is wide': (size) => `[${list(size - 10, () => '0')}]`,
  'a sparse array': () => '[[-7,4294967295,4294967294,1],1]',
  'many sparse arrays': (size) => entries(size, (n) => `[-7,99999999,${n},0]`),
  'typed arrays over one buffer': (size) =>
    `[[${parts(size / 2, (n) => String(n + 2))}],["ArrayBuffer","${'A'.repeat(1_000)}"],` +
    `${parts(size / 2, () => '["Uint8Array",1]')}]`,
  'empty buffers': (size) => entries(size, () => '["ArrayBuffer",""]'),
  'one large buffer': (size) => `[["ArrayBuffer","${'A'.repeat(size - 40)}"]]`,
  'objects with the key 320': (size) => entries(size, () => '{"320":-1}'),
  'objects with the key 1023': (size) => entries(size, () => '{"1023":-1}'),
  'objects of one new field': (size) => entries(size, (n) => `{"${word(n)}":-1}`),
  'objects without a prototype': (size) => entries(size, (n) => `["null","${word(n)}",-1]`),
  'objects of 30 new fields, without a prototype': (size) =>
    entries(size, (n) => `["null",${namesOf(30, n)}]`),
  'empty objects': (size) => entries(size, () => '{}'),
  'empty arrays': (size) => entries(size, () => '[]'),
  'long chain of lists': (size) => chain(size, (next) => `[${next}]`),
  'references out of range': (size) => list(size, (n) => `[${n * 1e9}]`),
  'regular expressions': (size) => entries(size, () => '["RegExp","(a+)+$"]'),
};

/** A list of entries, all of which are read. */
function entries(size: number, entry: (n: number) => string): string {
  const made = parts(size * 0.65, entry);
  const count = countOf(size * 0.65, entry);
  return `[[${Array.from({ length: count }, (_, n) => n + 1).join(',')}],${made}]`;
}

function countOf(size: number, entry: (n: number) => string): number {
  for (let [n, length] = [0, 2]; ; n++) {
    length += entry(n).length + 1;
    if (length > size) return n;
  }
}

function setOf(size: number, member: (n: number) => string): string {
  const count = countOf(size * 0.6, member);
  const places = Array.from({ length: count }, (_, n) => n + 1).join(',');
  return `[["Set",${places}],${parts(size * 0.6, member)}]`;
}

function mapOf(size: number, key: (n: number) => string): string {
  const count = countOf(size * 0.5, key);
  const places = Array.from({ length: count }, (_, n) => `${n + 1},-1`).join(',');
  return `[["Map",${places}],${parts(size * 0.5, key)}]`;
}

function chain(size: number, link: (next: number) => string): string {
  let [text, n] = ['[', 0];
  while (text.length < size - 40) text += `${link(++n)},`;
  return `${text}1]`;
}

function levels(count: number, level: (next: number) => string): string {
  return `[${Array.from({ length: count }, (_, at) => level(at + 1)).join(',')},"ha"]`;
}

function twenty(next: number): string {
  const fields = Array.from({ length: 20 }, (_, at) => `"k${at}":${next}`);
  return `{${fields.join(',')}}`;
}

function namesOf(count: number, n: number): string {
  return Array.from({ length: count }, (_, at) => `"${word(n * count + at)}",-1`).join(',');
}

const collidingNumbers: number[] = [];

/** Whole numbers that share the low bits of what V8 hashes them to. */
export function colliding(n: number): number {
  for (let next = (collidingNumbers.at(-1) ?? -1) + 1; collidingNumbers.length <= n; next++) {
    if ((hashOf(next) & 0x7fff) === 0) collidingNumbers.push(next);
  }
  return collidingNumbers[n] ?? 0;
}

/** V8's `ComputeUnseededHash`. */
function hashOf(number: number): number {
  let hash = number >>> 0;
  hash = (~hash + (hash << 15)) >>> 0;
  hash = (hash ^ (hash >>> 12)) >>> 0;
  hash = (hash + (hash << 2)) >>> 0;
  hash = (hash ^ (hash >>> 4)) >>> 0;
  hash = Math.imul(hash, 2_057) >>> 0;
  return (hash ^ (hash >>> 16)) & 0x3fffffff;
}
