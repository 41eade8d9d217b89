import { colliding } from './rich-bombs.js';

/** Pickles that were made to harm, of about so many bytes. */
export const pickleBombs: Readonly<Record<string, (size: number) => Buffer>> = {
  'empty lists': (size) => listOf(size, () => op(']')),
  'empty dicts': (size) => listOf(size, () => op('}')),
  'empty sets': (size) => listOf(size, () => op('\x8f')),
  'frozen sets': (size) => listOf(size, () => op('(\x91')),
  'empty bytes': (size) => listOf(size, () => op('C\0')),
  'tuples in tuples': (size) => pickle(Buffer.concat([op('N'), op('\x85'.repeat(size - 10))])),
  'tuples of three': (size) => listOf(size, () => op('NNN\x87')),
  'short texts': (size) => listOf(size, (n) => text(n.toString(36))),
  'texts that are not ASCII': (size) => listOf(size, () => text('é')),
  'integers of eight bytes': (size) =>
    listOf(size, () => Buffer.concat([op('\x8a\x08'), Buffer.alloc(6), op('\0\x10')])),
  'integers of many bytes': (size) =>
    listOf(size, () => Buffer.concat([op('\x8a\x0b'), Buffer.alloc(10), op('\x40')])),
  'one integer of a million bytes': (size) =>
    pickle(Buffer.concat([op('\x8b'), uint32(size - 20), Buffer.alloc(size - 20, 0x7f)])),
  'a length beyond the end': () => pickle(op('B\xff\xff\xff\xff')),
  'a length of 2^63': () => pickle(op('\x8e\xff\xff\xff\xff\xff\xff\xff\x7f')),
  'marks without an end': (size) => pickle(op('('.repeat(size))),
  frames: (size) => pickle(op('\x95\0\0\0\0\0\0\0\0'.repeat(size / 9) + 'N')),
  'a memo of everything': (size) => pickle(op(']' + 'N\x94a'.repeat(size / 3))),
  'a memo without end': (size) => pickle(op('N' + '\x94'.repeat(size))),
  'a memo of numbers that collide': (size) =>
    pickle(Buffer.concat([op('N'), many(size, (n) => put(colliding(n % 20_000)))])),
  'a memo of far numbers': () => pickle(Buffer.concat([op('N'), put(4_294_967_295)])),
  'one value from the memo': (size) => pickle(op('](]\x94' + 'h\0'.repeat(size / 2) + 'e')),
  'ten of ten of ten': () => tenOfTen(12),
  'lists that share a list': () =>
    pickle(
      Buffer.concat([
        op('()\x94'),
        many(20_000, (n) => Buffer.concat([get(n), get(n), op('\x86\x94')]), 900),
        op('t'),
      ]),
    ),
  'a list of itself': () => pickle(op(']\x94(h\0h\0h\0e')),
  'dicts of one known field': (size) => listOf(size, () => dict([[text('a'), op('N')]])),
  'dicts of one new field': (size) => listOf(size, (n) => dict([[text(word(n)), op('N')]])),
  'dicts of 30 new fields': (size) => listOf(size, (n) => dict(newFields(30, n))),
  'dicts of 1000 new fields': (size) => listOf(size, (n) => dict(newFields(1_000, n))),
  'dicts that are filled in turns': turns,
  'dicts with the key 320': (size) => listOf(size, () => dict([[op('M\x40\x01'), op('N')]])),
  'dicts with the key 1023': (size) => listOf(size, () => dict([[op('M\xff\x03'), op('N')]])),
  'dicts with the keys 1023, 2500, 3300': (size) =>
    listOf(size, () =>
      dict([
        [op('M\xff\x03'), op('N')],
        [op('M\xc4\x09'), op('N')],
        [op('M\xe4\x0c'), op('N')],
      ]),
    ),
  'one dict of many numbers': (size) =>
    pickle(
      Buffer.concat([op('}('), many(size, (n) => Buffer.concat([int(n * 40), op('N')])), op('u')]),
    ),
  'one set of numbers that collide': (size) =>
    pickle(Buffer.concat([op('\x8f('), many(size, (n) => int(colliding(n % 20_000))), op('\x90')])),
  'sets that are filled again': (size) =>
    pickle(
      Buffer.concat([op('\x8f'), many(size, (n) => Buffer.concat([op('('), int(n), op('\x90')]))]),
    ),
  'one text': (size) =>
    pickle(Buffer.concat([op('X'), uint32(size - 20), Buffer.alloc(size - 20, 'x')])),
  'one list of numbers': (size) => listOf(size, () => op('K\x01')),
  'one list of floats': (size) => listOf(size, () => op('G?\xf8\0\0\0\0\0\0')),
  'ordinary rows': (size) =>
    listOf(size, (n) =>
      dict([
        [text('id'), int(n)],
        [text('name'), text(`name ${n}`)],
        [text('ok'), op('\x88')],
      ]),
    ),
};

/** Protocol 4 around operations that leave one value; a body of sqs-workers is a dict, and this stands in it. */
export function pickle(operations: Buffer): Buffer {
  const head = op('\x80\x04}\x8c\x01a');
  return Buffer.concat([head, operations, op('s.')]);
}

function listOf(size: number, item: (n: number) => Buffer): Buffer {
  return pickle(Buffer.concat([op(']('), many(size, item), op('e')]));
}

/** As many as fit. */
function many(size: number, item: (n: number) => Buffer, most = Infinity): Buffer {
  const made: Buffer[] = [];
  for (let [n, length] = [0, 40]; n < most; n++) {
    const next = item(n);
    length += next.length;
    if (length > size) break;
    made.push(next);
  }
  return Buffer.concat(made);
}

function tenOfTen(depth: number): Buffer {
  const level = (n: number) => Buffer.concat([op('('), many(100, () => get(n), 10), op('t\x94')]);
  return pickle(Buffer.concat([op('(N\x94'), many(10_000, level, depth), op('t')]));
}

/** Dicts in the memo that get a field each, over and over: no shape is known when a dict is come back to. */
function turns(size: number): Buffer {
  const dicts = many(5_000, () => op('}\x94'), 200);
  const fields = many(size - 6_000, (n) =>
    Buffer.concat([get(n % 200), text(word(Math.floor(n / 200))), op('Ns')]),
  );
  return pickle(Buffer.concat([op('('), dicts, fields, op('t')]));
}

function dict(items: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([op('}('), ...items.flat(), op('u')]);
}

function newFields(count: number, n: number): [Buffer, Buffer][] {
  return Array.from({ length: count }, (_, at) => [text(word(n * count + at)), op('N')]);
}

function word(n: number): string {
  return n.toString(36);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([op('\x8c'), Buffer.from([bytes.length]), bytes]);
}

function int(value: number): Buffer {
  return Buffer.concat([op('J'), uint32(value)]);
}

function get(index: number): Buffer {
  return Buffer.concat([op('j'), uint32(index)]);
}

function put(index: number): Buffer {
  return Buffer.concat([op('r'), uint32(index)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function op(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}
