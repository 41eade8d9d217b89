import { deflateSync } from 'node:zlib';
import { UnserializableDataError } from '../../../lib/contracts/index.js';
import { pickleCodec } from '../../../lib/serialization/pickle/pickle-codec.js';
import { readPickle } from '../../../lib/serialization/pickle/pickle-reader.js';
import { writePickle } from '../../../lib/serialization/pickle/pickle-writer.js';
import { unpickleBytes } from '../../support/python-pickle.js';
import { problemOf } from '../../support/recorded.js';

describe('readPickle', () => {
  test.each([
    ['None', 'N.', null],
    ['True', '\x88.', true],
    ['False', '\x89.', false],
    ['BININT1', 'K\xff.', 255],
    ['BININT2', 'M\x00\x01.', 256],
    ['BININT', 'J\xff\xff\xff\xff.', -1],
    ['LONG1, empty', '\x8a\x00.', 0],
    ['LONG1, negative', '\x8a\x01\x80.', -128],
    ['LONG1, a power of two beyond 2^53', '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', 2 ** 64],
    ['LONG4', '\x8b\x02\x00\x00\x00\x00\x01.', 256],
    ['BINFLOAT', 'G\x3f\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
    ['NaN', 'G\x7f\xf8\x00\x00\x00\x00\x00\x00.', NaN],
    ['SHORT_BINUNICODE', '\x8c\x02\xc3\xa9.', 'é'],
    ['BINUNICODE', 'X\x04\x00\x00\x00\xf0\x9f\x98\x80.', '😀'],
    ['BINUNICODE8', '\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.', 'a'],
    ['text of Python 2', 'U\x01a.', 'a'],
    ['long text of Python 2', 'T\x01\x00\x00\x00a.', 'a'],
    ['SHORT_BINBYTES', 'C\x02\x00\xff.', new Uint8Array([0, 255])],
    ['BINBYTES', 'B\x01\x00\x00\x00\xff.', new Uint8Array([255])],
    ['BINBYTES8', '\x8e\x01\x00\x00\x00\x00\x00\x00\x00\xff.', new Uint8Array([255])],
    ['BYTEARRAY8', '\x96\x01\x00\x00\x00\x00\x00\x00\x00\xff.', new Uint8Array([255])],
    ['EMPTY_TUPLE', ').', []],
    ['TUPLE1', 'K\x01\x85.', [1]],
    ['TUPLE2', 'K\x01K\x02\x86.', [1, 2]],
    ['TUPLE3', 'K\x01K\x02K\x03\x87.', [1, 2, 3]],
    ['TUPLE', '(K\x01K\x02K\x03K\x04t.', [1, 2, 3, 4]],
    ['APPEND', ']K\x01a.', [1]],
    ['APPENDS', '](K\x01K\x02e.', [1, 2]],
    ['SETITEM', '}U\x01aK\x01s.', { a: 1 }],
    ['SETITEMS', '}(U\x01aK\x01U\x01bNu.', { a: 1, b: null }],
    ['an integer as key', '}K\x07Ns.', { 7: null }],
    ['a set', '\x8f(K\x01K\x02\x90.', new Set([1, 2])],
    ['a frozen set', '(K\x01\x91.', new Set([1])],
    ['BINPUT, BINGET', 'U\x01aq\x05h\x05\x86.', ['a', 'a']],
    ['LONG_BINPUT, LONG_BINGET', 'U\x01ar\x00\x01\x00\x00j\x00\x01\x00\x00\x86.', ['a', 'a']],
    ['MEMOIZE', 'U\x01a\x94h\x00\x86.', ['a', 'a']],
    ['FRAME', '\x95\x02\x00\x00\x00\x00\x00\x00\x00N.', null],
    ['what follows STOP', 'N.garbage', null],
    ['a key that only looks harmful', '}U\x0bconstructorU\x01xs.', { constructor: 'x' }],
  ])('reads %s', (_name, pickle, value) => expect(read(pickle)).toEqual(value));

  test.each([
    ['INT', 'I-12\n.', -12],
    ['True in INT', 'I01\n.', true],
    ['False in INT', 'I00\n.', false],
    ['LONG', 'L12L\n.', 12],
    ['FLOAT', 'F-1.5e-07\n.', -1.5e-7],
    ['infinity in FLOAT', 'F-inf\n.', -Infinity],
    ['NaN in FLOAT', 'Fnan\n.', NaN],
    ['STRING', "S'a\\\\\\n\\x41\\''\n.", "a\\\nA'"],
    ['UNICODE', 'V\xe9\\u005c\\ud83d\\ude00\\U0001f600\n.', 'é\\😀😀'],
    ['LIST', '(I1\nI2\nl.', [1, 2]],
    ['DICT', '(Va\nI1\nd.', { a: 1 }],
    ['PUT, GET', '(Va\np7\ng7\nt.', ['a', 'a']],
    ['a head that names protocol 1', '\x80\x01N.', null],
  ])('reads %s of protocol 0', (_name, pickle, value) =>
    expect(readPickle(Buffer.from(pickle, 'latin1'))).toEqual(value),
  );

  test.each([
    ['no digits', 'I\n.'],
    ['digits as only people write them', 'I1_000\n.'],
    ['an integer with blanks', 'I 1\n.'],
    ['a number of another base', 'I0x10\n.'],
    ['a long integer of 400 digits', `L${'1'.repeat(400)}L\n.`],
    ['a float that is none', 'F1.5.5\n.'],
    ['a float without digits', 'F.\n.'],
    ['text without quotes', 'Sa\n.'],
    ['text with one quote', "S'\n."],
    ['text with an escape that is none', "S'\\q'\n."],
    ['text that ends in an escape', "S'\\'\n."],
    ['half of an escape', 'V\\u00\n.'],
    ['an escape beyond Unicode', 'V\\U00110000\n.'],
    ['half of a surrogate pair', 'V\\ud83d\n.'],
    ['a line without an end', 'I1'],
    ['a memo by no number', 'g-1\n.'],
    ['a memo by a number of many digits', `Np${'9'.repeat(16)}\n.`],
  ])('does not read %s', (_name, pickle) =>
    expect(problemOf(() => readPickle(Buffer.from(pickle, 'latin1')))).toMatch('its'),
  );

  test.each([0, 1, 2, 3, 4, 5])('reads protocol %i', (protocol) =>
    expect(read('N.', protocol)).toBeNull(),
  );

  test.each([6, 255])('refuses protocol %i', (protocol) =>
    expect(problemOf(() => read('N.', protocol))).toMatch(`protocol ${protocol}`),
  );

  test.each([
    ['GLOBAL', 'cos\nsystem\n.'],
    ['STACK_GLOBAL', '\x8c\x02os\x8c\x06system\x93.'],
    ['REDUCE', 'U\x02os)R.'],
    ['BUILD', '}}b.'],
    ['INST', '(ios\nsystem\n.'],
    ['OBJ', '(U\x02oso.'],
    ['NEWOBJ', 'U\x02os)\x81.'],
    ['NEWOBJ_EX', 'U\x02os)}\x92.'],
    ['EXT1', '\x82\x01.'],
    ['EXT2', '\x83\x01\x00.'],
    ['EXT4', '\x84\x01\x00\x00\x00.'],
    ['PERSID', 'Pid\n.'],
    ['BINPERSID', 'U\x02idQ.'],
    ['NEXT_BUFFER', '\x97.'],
    ['READONLY_BUFFER', 'N\x98.'],
    ['POP', 'NN0.'],
    ['POP_MARK', 'N(1.'],
    ['DUP', 'N2\x86.'],
    ['PROTO', '\x80\x02N.'],
    ['0x00', '\x00.'],
    ['0xff', '\xff.'],
  ])('refuses the opcode %s by name', (name, pickle) =>
    expect(problemOf(() => read(pickle))).toMatch(` ${name}, `),
  );

  test('knows every opcode there is, as data or by name', () => {
    const unknown = Array.from({ length: 256 }, (_, opcode) => opcode).filter((opcode) =>
      /opcode 0x/.test(problemOf(() => readPickle(new Uint8Array([0x80, 5, opcode])))),
    );
    // Python's pickletools lists 68 opcodes.
    expect(unknown).toHaveLength(256 - 68);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no end', pickleOf('N')],
    ['no value', pickleOf('.')],
    ['two values', pickleOf('NN.')],
    ['an open list', pickleOf('N(.')],
    ['a length beyond its end', pickleOf('X\xff\xff\xff\xffa.')],
    ['a length of eight bytes', pickleOf('\x8e\xff\xff\xff\xff\xff\xff\xff\xffa.')],
    ['an append to nothing', pickleOf('N(e.')],
    ['an append across a mark', pickleOf('](K\x01a.')],
    ['a dict with half an item', pickleOf('}(K\x01u.')],
    ['an item of a list', pickleOf(']K\x01K\x01s.')],
    ['an item of bytes', pickleOf('C\x01aK\x01K\x01s.')],
    ['an item of a set', pickleOf('\x8fK\x01K\x01s.')],
    ['a member of a list', pickleOf('](\x90.')],
    ['an end without a beginning', pickleOf('Ne.')],
    ['a value that was never given', pickleOf('h\x00.')],
    ['a key that is a list', pickleOf('}]Ns.')],
    ['a key that is a float', pickleOf('}G\x3f\xf8\x00\x00\x00\x00\x00\x00Ns.')],
    ['a key that is None', pickleOf('}NNs.')],
    ['a key given twice', pickleOf('}(K\x01NU\x011Nu.')],
    ['half of a surrogate pair', pickleOf('\x8c\x03\xed\xa0\xbd.')],
    ['text of Python 2 that is not ASCII', pickleOf('U\x01\xe9.')],
    ['2^53 + 1', pickleOf('\x8a\x07\x01\x00\x00\x00\x00\x00\x20.')],
    ['an integer of 200 bytes', pickleOf(`\x8a\xc8${'\x01'.repeat(200)}.`)],
  ])('does not read %s', (_name, bytes) =>
    expect(problemOf(() => readPickle(bytes))).toMatch('cannot be decoded'),
  );

  test.each([
    ['the key __proto__', '}U\x09__proto__}U\x01xNss.'],
    ['constructor.prototype', '}U\x0bconstructor}U\x09prototype}ss.'],
    ['a list that holds itself', ']q\x00h\x00a.'],
    ['a dict that holds itself', '}q\x00U\x01ah\x00s.'],
    ['nesting', `${']'.repeat(1_002)}${'a'.repeat(1_001)}.`],
    ['a million values', `(${'N'.repeat(1_000_001)}t.`],
    ['a million memos', `N${'\x94'.repeat(1_000_001)}.`],
  ])('refuses %s', (_name, pickle) => {
    expect(problemOf(() => read(pickle))).toMatch('cannot be decoded');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('refuses a small pickle that stands for a large value', () => {
    const ten = 'h\x00'.repeat(10);
    let pickle = `(X\x0a\x00\x00\x00${'a'.repeat(10)}q\x00`;
    for (let level = 0; level < 12; level++) pickle += `(${ten}tq\x00`;
    expect(pickle.length).toBeLessThan(500);
    expect(problemOf(() => read(`${pickle}t.`))).toMatch('more than 3145728 characters');
  });

  test('reads as deep as JSON is read', () => {
    const depth = 1_000;
    expect(read(`${']'.repeat(depth)}${'a'.repeat(depth - 1)}.`)).toHaveLength(1);
  });
});

describe('pickleCodec', () => {
  const codec = pickleCodec('pickle');

  test('writes padded URL-safe base64 of a zlib stream', () => {
    for (let length = 0; length < 40; length++) {
      const text = codec.encode({ a: '>?ÿ'.repeat(length) });
      expect(text).toMatch(/^[\w-]+={0,2}$/);
      expect(text.length % 4).toBe(0);
    }
  });

  test('stops unpacking at the limit', () => {
    const bomb = deflateSync(Buffer.alloc(17 * 1024 * 1024)).toString('base64');
    expect(bomb.length).toBeLessThan(30_000);
    expect(problemOf(() => codec.decode(bomb))).toMatch('unpacks to more than 3145728 bytes');
  });

  test.each([
    ['nothing', ''],
    ['no base64', '{}'],
    ['no zlib', Buffer.from('hello').toString('base64')],
    ['half a stream', deflateSync(pickleOf('N.')).subarray(0, 6).toString('base64')],
    ['a pickle that is not packed', pickleOf('N.').toString('base64')],
  ])('does not read %s', (_name, text) =>
    expect(problemOf(() => codec.decode(text))).toMatch('cannot be decoded'),
  );
});

describe('writePickle', () => {
  class Dto {
    constructor(readonly id: number) {}
  }

  test('writes what it reads', () => {
    const value = {
      none: null,
      flags: [true, false],
      numbers: [0, -1, 255, 65_536, -(2 ** 31), 2 ** 31, -(2 ** 53 - 1), 0.1, -0, NaN, Infinity],
      text: ['', 'é', '😀', '\0', '\u2028'],
      nested: { '': { list: [[], {}] } },
    };
    expect(readPickle(writePickle(value))).toEqual(value);
  });

  test('writes instances of classes by their fields', () =>
    expect(readPickle(writePickle({ dto: new Dto(7), left: undefined }))).toEqual({
      dto: { id: 7 },
    }));

  test('writes what Python has a type for, and reads it again', () => {
    const value = {
      at: new Date('2020-01-02T03:04:05.678Z'),
      ends: [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')],
      sets: [new Set(), new Set<unknown>([null, false, 2, 'a', [1, [2]], new Set([3])])],
      bytes: [new Uint8Array(), new Uint8Array([0, 127, 128, 255])],
      integers: [1n, -1n, 2n ** 53n, 2n ** 64n, -(2n ** 1023n)].map(Number),
    };
    const written = { ...value, integers: [1n, -1n, 2n ** 53n, 2n ** 64n, -(2n ** 1023n)] };
    expect(readPickle(writePickle(written))).toStrictEqual(value);
  });

  test('writes dates as datetimes in UTC, bytes, sets and integers of any size, as Python reads them', () => {
    const utc = {
      call: 'datetime.timezone',
      args: [{ call: 'datetime.timedelta', args: [{ int: '0' }, { int: '0' }, { int: '0' }] }],
    };
    const state = { call: '_codecs.encode', args: ['\x07ä\x01\x02\x03\x04\x05\nXp', 'latin1'] };
    const member = { call: '__builtin__.frozenset', args: [[{ int: '3' }]] };
    expect(
      unpickleBytes(
        writePickle([
          new Date('2020-01-02T03:04:05.678Z'),
          Buffer.from([0, 255]),
          new Uint8Array(),
          new Set([1, ['a'], new Set([3])]),
          [127n, 128n, -128n, -129n, 1n << 2040n],
        ]),
      ),
    ).toEqual([
      { call: 'datetime.datetime', args: [state, utc] },
      { call: '_codecs.encode', args: ['\0ÿ', 'latin1'] },
      { call: '__builtin__.bytes', args: [] },
      { call: '__builtin__.set', args: [[{ int: '1' }, { tuple: ['a'] }, member]] },
      [127n, 128n, -128n, -129n, 1n << 2040n].map((int) => ({ int: String(int) })),
    ]);
  });

  test('writes a Map as a dict, with keys that are text or integers', () => {
    const map = new Map<unknown, unknown>([
      ['a', new Map()],
      [7, null],
      [1n << 64n, true],
    ]);
    expect(unpickleBytes(writePickle(map))).toEqual(
      new Map<unknown, unknown>([
        ['a', new Map()],
        [{ int: '7' }, null],
        [{ int: String(1n << 64n) }, true],
      ]),
    );
  });

  test('counts a part that stands twice as two', () => {
    const part = { a: 1 };
    expect(readPickle(writePickle([part, part]))).toEqual([part, part]);
  });

  test.each([
    ['undefined', undefined, '$'],
    ['undefined in a list', [undefined], '$[0]'],
    ['a hole', [1, , 2], '$[1]'], // oxlint-disable-line no-sparse-arrays
    ['a function', { a: () => 1 }, '$.a'],
    ['a symbol', { a: Symbol('s') }, '$.a'],
    ['a buffer', { a: new ArrayBuffer(1) }, '$.a'],
    ['an array of floats', { a: new Float64Array(1) }, '$.a'],
    ['an object in a set, which Python cannot hash', { a: new Set([{}]) }, '$.a<0>'],
    ['a map in a set', { a: new Set([1, new Map()]) }, '$.a<1>'],
    ['an object in a list in a set', new Set([[{}]]), '$<0>[0]'],
    ['one number twice in a set', new Set([1, 1n]), '$<1>'],
    ['true beside 1 in a set', new Set([1, true]), '$<1>'],
    ['one number twice in a map', new Map<unknown, number>([[1, 1], [1n, 2]]), '$<1>'], // prettier-ignore
    ['a map with a key that is a list', new Map([[[], 1]]), '$<0>'],
    ['a map with a key that is a fraction', new Map([[0.5, 1]]), '$<0>'],
    ['undefined in a map', new Map([['a', undefined]]), '$<0>'],
    ['undefined in a set', new Set([undefined]), '$<0>'],
    ['a date before the year 1', { a: new Date(-62_135_596_800_001) }, '$.a'],
    ['a date after the year 9999', { a: new Date(253_402_300_800_000) }, '$.a'],
    ['an error', { a: new Error('x') }, '$.a'],
    ['an invalid Date', { a: new Date(NaN) }, '$.a'],
    ['half of a surrogate pair', { a: '\ud83d' }, '$.a'],
    ['a key with half of a surrogate pair', { '\ud83d': 1 }, '$'],
    ['the key __proto__', JSON.parse('{"__proto__":1}') as unknown, '$.__proto__'],
    ['a cycle', cycle(), '$.self'],
    ['nesting', nested(1_001), '[0]'],
  ])('refuses %s', (_name, value, path) => {
    expect(() => writePickle(value)).toThrow(UnserializableDataError);
    expect(() => writePickle(value)).toThrow(path);
  });

  test('names data that throws when it is read', () => {
    const value = {
      get a(): never {
        throw new Error('no');
      },
    };
    expect(() => writePickle(value)).toThrow(UnserializableDataError);
  });
});

function read(operations: string, protocol = 4): unknown {
  return readPickle(pickleOf(operations, protocol));
}

function pickleOf(operations: string, protocol = 4): Buffer {
  return Buffer.concat([Buffer.from([0x80, protocol]), Buffer.from(operations, 'latin1')]);
}

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function nested(depth: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}
