import { list, word } from './json-bombs.js';
import { pickle } from './pickle-bombs.js';

/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)];
}

type Part = (n: number) => string;

/** JSON of some parts, each of them some random piece over and over. */
export function randomJson(random: Random): (size: number) => string {
  const pieces = Array.from({ length: 1 + Math.floor(random() * 4) }, () => piece(random, 0));
  return (size) => {
    const share = Math.floor(size / pieces.length) - 8;
    return `[${pieces.map((part) => list(share, part)).join(',')}]`;
  };
}

function piece(random: Random, depth: number): Part {
  const kinds = depth > 3 ? [number, text] : [number, text, array, object, object, tower];
  return pick(random, kinds)(random, depth);
}

function number(random: Random): Part {
  return pick<Part>(random, [
    () => '1',
    (n) => String(n),
    (n) => `${n}.5`,
    (n) => `-${n}e-3`,
    () => '1e308',
    (n) => String(2n ** BigInt(n % 1_000)),
    () => 'null',
  ]);
}

function text(random: Random): Part {
  return pick<Part>(random, [
    () => '""',
    (n) => `"${word(n)}"`,
    (n) => `"${n}"`,
    (n) => `"\\u0061${word(n)}"`,
    (n) => `"é${word(n)}"`,
    () => `"${'x'.repeat(500)}"`,
    () => '"\\"\\\\"',
  ]);
}

function array(random: Random, depth: number): Part {
  const items = Array.from({ length: Math.floor(random() * 4) }, () => piece(random, depth + 1));
  return (n) => `[${items.map((item) => item(n)).join(',')}]`;
}

function object(random: Random, depth: number): Part {
  const length = Math.floor(random() ** 3 * 40);
  const fields = Array.from({ length }, (_, at) => ({
    name: key(random, at),
    value: piece(random, depth + 2),
  }));
  return (n) => `{${fields.map(({ name, value }) => `${name(n)}:${value(n)}`).join(',')}}`;
}

function key(random: Random, at: number): Part {
  return pick<Part>(random, [
    () => `"k${at}"`,
    (n) => `"${word(n)}-${at}"`,
    (n) => `"${word(n % 50)}${at}"`,
    (n) => `"${(n * 37 + at) % 1_200}"`,
    (n) => `"\\u0061${word(n)}${at}"`,
  ]);
}

function tower(random: Random): Part {
  const levels = Math.floor(random() * 400);
  return pick<Part>(random, [
    () => '['.repeat(levels) + ']'.repeat(levels),
    (n) => `{"${word(n)}":`.repeat(levels) + '0' + '}'.repeat(levels),
  ]);
}

/** devalue's list of random entries, whose references go anywhere. */
export function randomRich(random: Random): (size: number) => string {
  const entries = Array.from({ length: 1 + Math.floor(random() * 4) }, () => entry(random));
  return (size) => {
    const made = list(size * 0.8, (n) => pick(random, entries)(n)).slice(1, -1);
    return `[[${list(size * 0.15, (n) => String(n + 1)).slice(1, -1)}],${made}]`;
  };
}

function entry(random: Random): Part {
  const to = (n: number) => Math.max(1, n - 5 + Math.floor(random() * 12));
  return pick<Part>(random, [
    (n) => `[${to(n)},${to(n)}]`,
    (n) => `{"a":${to(n)},"${word(n)}":-1}`,
    (n) => `{"${n % 1_000}":${to(n)}}`,
    (n) => `["Set",${to(n)},${to(n)}]`,
    (n) => `["Map",${to(n)},${to(n)}]`,
    (n) => `["null","${word(n)}",${to(n)}]`,
    (n) => `["BigInt","${n}${'7'.repeat(n % 900)}"]`,
    () => '["Date","2026-01-01T00:00:00.000Z"]',
    () => '["ArrayBuffer","AAAA"]',
    (n) => `["Uint8Array",${to(n)}]`,
    (n) => String(n),
    (n) => `"${word(n)}"`,
  ]);
}

/** A pickle of random operations over and over; most break, some build. */
export function randomPickle(random: Random): (size: number) => Buffer {
  const length = 1 + Math.floor(random() * 6);
  const operations = Array.from({ length }, () => pick(random, opcodes)).join('');
  return (size) =>
    pickle(Buffer.from(`](${operations.repeat(size / operations.length)}e`, 'latin1'));
}

const opcodes = [
  'N',
  'K\x01',
  'J\x40\x01\0\0',
  'G\0\0\0\0\0\0\0\0',
  '\x8c\x01a',
  '\x8c\x02\xc3\xa9',
  'C\x01a',
  ']',
  '}',
  ')',
  '\x8f',
  '(',
  't',
  '\x85',
  '\x86',
  '\x87',
  'Na',
  '\x8c\x01aNs',
  'M\xff\x03Ns',
  '(NNe',
  '(K\x01\x90',
  '(N\x91',
  '\x94',
  'h\0',
  'h\x01',
  '\x8a\x09\0\0\0\0\0\0\0\0\x40',
  'cdatetime\ndate\nC\x04\x07\xe9\x01\x01\x85R',
  'cdecimal\nDecimal\n\x8c\x011\x85R',
];
