/**
 * JSON that was made to harm, of about so many characters: what takes the most time or memory of its length when it is
 * parsed or walked.
 */
export const jsonBombs: Readonly<Record<string, (size: number) => string>> = {
  'single digits': (size) => list(size, () => '1'),
  'floats in a mixed list': (size) => list(size, (n) => (n % 2 === 0 ? '1.5' : '""')),
  'small exponents': (size) => list(size, () => '1e-308'),
  'large integers': (size) => list(size, (n) => `${2n ** 60n}${'0'.repeat(n % 3)}`),
  'long exact integers': (size) => list(size, (n) => String(2n ** BigInt(1_000 + (n % 20)))),
  'one number of a million digits': (size) => `[${'9'.repeat(size - 2)}]`,
  'one fraction of a million digits': (size) => `[0.${'9'.repeat(size - 4)}]`,
  'numbers beyond the largest': (size) => list(size, () => '1e999'),
  'different short texts': (size) => list(size, (n) => `"${word(n)}"`),
  'different escaped texts': (size) => list(size, (n) => `"\\n${word(n)}"`),
  'texts of digits': (size) => list(size, (n) => `"${n}"`),
  'texts of digits that share their low bits': (size) => list(size, (n) => `"${n * 131_072}"`),
  'one text of escapes': (size) => `"${'\\u20ac'.repeat(size / 6)}"`,
  'one text of quotes': (size) => `"${'\\"'.repeat(size / 2)}"`,
  'one text that does not end': (size) => `"${'\\\\'.repeat(size / 2)}`,
  'white space': (size) => `[${' '.repeat(size - 2)}]`,
  'empty arrays': (size) => list(size, () => '[]'),
  'arrays of one': (size) => list(size, () => '[1]'),
  'empty objects': (size) => list(size, () => '{}'),
  'objects of one known field': (size) => list(size, () => '{"a":1}'),
  'objects of one new field': (size) => list(size, (n) => `{"${word(n)}":1}`),
  'objects of 5 new fields': (size) => list(size, (n) => objectOf(5, n)),
  'objects of 30 new fields': (size) => list(size, (n) => objectOf(30, n)),
  'objects of 100 new fields': (size) => list(size, (n) => objectOf(100, n)),
  'objects of 1000 new fields': (size) => list(size, (n) => objectOf(1_000, n)),
  'known fields in all orders': (size) => list(size, permuted),
  'known fields whose kinds change': (size) => list(size, ofChangingKinds),
  'one object of many fields': (size) => `{${parts(size, (n) => `"${word(n)}":1`)}}`,
  'one object of many numbers': (size) => `{${parts(size, (n) => `"${n * 40}":1`)}}`,
  'objects with the key 34': (size) => list(size, () => '{"34":1}'),
  'objects with the key 1023': (size) => list(size, () => '{"1023":1}'),
  'objects with the key 4000000000': (size) => list(size, () => '{"4000000000":1}'),
  'nested arrays': (size) => '['.repeat(size / 2) + ']'.repeat(size / 2),
  'nested objects': (size) => '{"a":'.repeat(size / 6) + '1' + '}'.repeat(size / 6),
  'nested objects of new fields': nestedObjects,
  'lists nested eight times': (size) => list(size, () => '[[[[[[[[]]]]]]]]'),
  'nested at the limit, many times': (size) => list(size, () => '['.repeat(990) + ']'.repeat(990)),
  'keys that may be dangerous': (size) => list(size, (n) => `{"\\u0061":${n % 10}}`),
  'brackets that do not end': (size) => '['.repeat(size),
  'braces that do not end': (size) => '{"a":'.repeat(size / 5),
  commas: (size) => ','.repeat(size),
  'ordinary rows': (size) => list(size, (n) => `{"id":${n},"name":"name ${n}","tags":["a","b"]}`),
  'a mix of all': (size) =>
    `[${Object.values(mixed)
      .map((make) => make(size / 8))
      .join(',')}]`,
};

/** Each stays below the limit that it stands for, in the mix. */
const mixed = {
  fields: (size: number) => list(size, (n) => objectOf(30, n)),
  more: (size: number) => list(size, (n) => objectOf(10, n + 50_000)),
  empties: (size: number) => list(size, () => '{}'),
  arrays: (size: number) => list(size, () => '[1.5]'),
  numbers: (size: number) => list(size, () => '{"34":1}'),
  texts: (size: number) => list(size, (n) => `"\\u0061${word(n)}"`),
  integers: (size: number) => list(size, () => '1152921504606846976'),
};

/** `a,b,c` of so many characters. */
export function parts(size: number, part: (n: number) => string): string {
  const made: string[] = [];
  for (let [n, length] = [0, 2]; ; n++) {
    const next = part(n);
    length += next.length + 1;
    if (length > size) return made.join(',');
    made.push(next);
  }
}

export function list(size: number, part: (n: number) => string): string {
  return `[${parts(size, part)}]`;
}

/** A short text for each number. */
export function word(n: number): string {
  return n.toString(36);
}

function objectOf(count: number, n: number): string {
  const fields = Array.from({ length: count }, (_, at) => `"${word(n * count + at)}":1`);
  return `{${fields.join(',')}}`;
}

function permuted(n: number): string {
  const names = 'abcdefghijkl'.split('');
  for (let [rest, at] = [n * 7_919, 0]; at < names.length; at++) {
    const other = at + (rest % (names.length - at));
    rest = Math.floor(rest / 3) + n;
    [names[at], names[other]] = [names[other] ?? '', names[at] ?? ''];
  }
  return `{${names.map((name) => `"${name}":1`).join(',')}}`;
}

function ofChangingKinds(n: number): string {
  const kinds = ['1', '1.5', '"x"', 'null', '[]'];
  const fields = Array.from({ length: 40 }, (_, at) => {
    const kind = at === n % 40 ? kinds[Math.floor(n / 40) % kinds.length] : '1';
    return `"${word(at + 40 * Math.floor(n / 200))}":${kind}`;
  });
  return `{${fields.join(',')}}`;
}

function nestedObjects(size: number): string {
  let [open, close] = ['', ''];
  for (let n = 0; open.length + close.length < size - 10; n++) {
    open += `{"${word(n)}":`;
    close += '}';
  }
  return `${open}1${close}`;
}
