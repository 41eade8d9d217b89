import * as fc from 'fast-check';
import { readPickle } from '../../../lib/serialization/pickle/pickle-reader.js';
import { orUndecodable, problemOf } from '../../support/recorded.js';
import { recordedPickles } from '../../support/recorded-pickles.js';

const uuid = 'cuuid\nUUID\n';
const delta = 'cdatetime\ntimedelta\n';
const zero = `${delta}K\0K\0K\0\x87R`;
const utc = `cdatetime\ntimezone\n${zero}\x85R`;

describe('A pickle that names what is not on the list', () => {
  test.each([
    ['another module', 'cos\nsystem\n.', '"os.system"'],
    ['another name of a module', 'cdatetime\nsys\n.', '"datetime.sys"'],
    ['a builtin', 'c__builtin__\neval\n.', '"__builtin__.eval"'],
    ['getattr', 'cbuiltins\ngetattr\n.', '"builtins.getattr"'],
    ['a method', 'cdatetime\ndatetime.now\n.', '"datetime.datetime.now"'],
    ['a module with dots', 'cdatetime.datetime\nnow\n.', '"datetime.datetime.now"'],
    ['a module within a module', 'cuuid.os\nsystem\n.', '"uuid.os.system"'],
    ['no module', 'c\ndatetime.datetime\n.', '".datetime.datetime"'],
    ['blanks', 'cdatetime \ndatetime\n.', '"datetime .datetime"'],
    ['a carriage return', 'cdatetime\r\ndatetime\n.', '"datetime\\r.datetime"'],
    ['a zero', 'cdatetime\0\ndatetime\n.', '"datetime\\u0000.datetime"'],
    ['a letter that looks alike', 'cd\xd0\xb0tetime\ndate\n.', '"dаtetime.date"'],
    ['other cases', 'cDATETIME\nDate\n.', '"DATETIME.Date"'],
    ['a name that every object has', 'cdatetime\nconstructor\n.', '"datetime.constructor"'],
    ['a module that every object has', 'c__proto__\ntoString\n.', '"__proto__.toString"'],
    ['a module of the other Python', 'c__builtins__\nset\n.', '"__builtins__.set"'],
    ['bytes that are no text', 'c\xff\nset\n.', 'not UTF-8'],
    ['a long name', `cos\n${'a'.repeat(5_000)}\n.`, 'aaa…"'],
    ['half a name', 'cdatetime\ndate', 'ends too early'],
    ['text on the stack', '\x8c\x02os\x8c\x06system\x93.', '"os.system"'],
    ['what a pickle made', `cdecimal\nDecimal\n\x8c\x011\x85R\x8c\x06system\x93.`, '"1.system"'],
    ['no text', '\x8c\x08datetimeN\x93.', 'STACK_GLOBAL'],
    ['a name as a module', 'cdatetime\ndate\n\x8c\x03now\x93.', 'STACK_GLOBAL'],
  ])('is refused: %s', (_name, pickle, problem) => expect(problemWith(pickle)).toMatch(problem));
});

describe('A constructor of the list', () => {
  const wrong = 'with arguments that Python never writes';
  test.each([
    ['a date without a state', 'cdatetime\ndate\n)R.'],
    ['a date of numbers', 'cdatetime\ndate\nM\xe4\x07K\x01K\x02\x87R.'],
    ['a date of None', 'cdatetime\ndate\nN\x85R.'],
    ['a date of a list', 'cdatetime\ndate\n](K\x07K\xe4K\x01K\x02e\x85R.'],
    ['a date of three bytes', dated('date', [7, 228, 1])],
    ['a date of five bytes', dated('date', [7, 228, 1, 2, 3])],
    ['a date with a time zone', `cdatetime\ndate\nC\x04\x07\xe4\x01\x02${utc}\x86R.`],
    ['the year 0', dated('date', [0, 0, 1, 1])],
    ['the year 10000', dated('date', [39, 16, 1, 1])],
    ['month 0', dated('date', [7, 228, 0, 1])],
    ['month 13', dated('date', [7, 228, 13, 1])],
    ['a date with fold', dated('date', [7, 228, 0x81, 1])],
    ['day 0', dated('date', [7, 228, 1, 0])],
    ['day 32', dated('date', [7, 228, 1, 32])],
    ['day 255', dated('date', [7, 228, 1, 255])],
    ['31 April', dated('date', [7, 228, 4, 31])],
    ['29 February of a common year', dated('date', [7, 231, 2, 29])],
    ['hour 24', dated('time', [24, 0, 0, 0, 0, 0])],
    ['hour 24 with fold', dated('time', [152, 0, 0, 0, 0, 0])],
    ['minute 60', dated('time', [0, 60, 0, 0, 0, 0])],
    ['second 60', dated('time', [0, 0, 60, 0, 0, 0])],
    ['a second of a million microseconds', dated('time', [0, 0, 0, 0x0f, 0x42, 0x40])],
    ['a time zone that is None', 'cdatetime\ntime\nC\x06\0\0\0\0\0\0N\x86R.'],
    ['a time zone that is a number', 'cdatetime\ntime\nC\x06\0\0\0\0\0\0K\0\x86R.'],
    ['a time zone that is a timedelta', `cdatetime\ntime\nC\x06\0\0\0\0\0\0${zero}\x86R.`],
    ['a datetime of eleven bytes', dated('datetime', [7, 228, 1, 2, 3, 4, 5, 0, 0, 0, 0])],
    ['a datetime in month 13', dated('datetime', [7, 228, 13, 2, 3, 4, 5, 0, 0, 0])],
    ['a datetime in month 13 with fold', dated('datetime', [7, 228, 141, 2, 3, 4, 5, 0, 0, 0])],
    ['a datetime at hour 24', dated('datetime', [7, 228, 1, 2, 24, 4, 5, 0, 0, 0])],
    ['three arguments', `cdatetime\ndatetime\nC\x0a\x07\xe4\x01\x02\0\0\0\0\0\0${utc}N\x87R.`],
    ['text beyond bytes', 'cdatetime\ndate\nX\x06\0\0\0\x07\xc4\x80\x01\x02a\x85R.'],
    ['a timedelta without microseconds', `${delta}K\0K\0\x86R.`],
    ['a timedelta of too many days', `${delta}J\x00\xca\x9a\x3bK\0K\0\x87R.`],
    ['a timedelta of 2^1000 days', `${delta}\x8a\x7e${'\0'.repeat(125)}\x01K\0K\0\x87R.`],
    ['a timedelta of a day in seconds', `${delta}K\0J\x80\x51\x01\x00K\0\x87R.`],
    ['negative seconds', `${delta}K\0J\xff\xff\xff\xffK\0\x87R.`],
    ['negative microseconds', `${delta}K\0K\0J\xff\xff\xff\xff\x87R.`],
    ['a float of days', `${delta}G\x3f\xf8\0\0\0\0\0\0K\0K\0\x87R.`],
    ['NaN days', `${delta}G\x7f\xf8\0\0\0\0\0\0K\0K\0\x87R.`],
    ['true days', `${delta}\x88K\0K\0\x87R.`],
    ['days in text', `${delta}U\x011K\0K\0\x87R.`],
    ['a timezone of a number', 'cdatetime\ntimezone\nK\0\x85R.'],
    ['a timezone without an offset', 'cdatetime\ntimezone\n)R.'],
    ['a timezone a day off', `cdatetime\ntimezone\n${delta}K\x01K\0K\0\x87R\x85R.`],
    ['a timezone a day behind', `cdatetime\ntimezone\n${delta}J\xff\xff\xff\xffK\0K\0\x87R\x85R.`],
    ['a timezone whose name is a number', `cdatetime\ntimezone\n${zero}K\x01\x86R.`],
    ['a decimal of a number', 'cdecimal\nDecimal\nK\x01\x85R.'],
    ['a decimal of a tuple', 'cdecimal\nDecimal\nK\0K\x01\x85K\0\x87\x85R.'],
    ['a decimal with a context', 'cdecimal\nDecimal\nU\x011N\x86R.'],
    ...['', ' 1', '1_0', '+1', '.5', '1.', '1e', '0x1', 'nan', 'inf', '1\n'].map(
      (text): [string, string] => [`the decimal ${JSON.stringify(text)}`, decimal(text)],
    ),
    ['a decimal of other digits', 'cdecimal\nDecimal\nX\x02\0\0\0\xd9\xa1\x85R.'],
    ['a SafeUUID that there is not', 'cuuid\nSafeUUID\nK\x07\x85R.'],
    ['text that is no latin-1', 'c_codecs\nencode\nX\x02\0\0\0\xc4\x80X\x06\0\0\0latin1\x86R.'],
    ['another codec', 'c_codecs\nencode\nU\x01aU\x05rot13\x86R.'],
    ['a codec that Python knows by another name', 'c_codecs\nencode\nU\x01aU\x09iso8859-1\x86R.'],
    ['no codec', 'c_codecs\nencode\nU\x01a\x85R.'],
    ['bytes to encode', 'c_codecs\nencode\nC\x01aU\x06latin1\x86R.'],
    ['bytes of a length', 'c__builtin__\nbytes\nK\x05\x85R.'],
    ['a bytearray of a length', 'c__builtin__\nbytearray\nJ\x00\x00\x00\x7f\x85R.'],
    ['a bytearray of a negative length', 'c__builtin__\nbytearray\nJ\xff\xff\xff\xff\x85R.'],
    ['a bytearray of text', 'c__builtin__\nbytearray\nU\x01a\x85R.'],
    ['a bytearray of text in UTF-8', 'c__builtin__\nbytearray\nU\x01aU\x05utf-8\x86R.'],
    ['a bytearray of a list', 'c__builtin__\nbytearray\n](K\x01e\x85R.'],
    ['a set of text', 'c__builtin__\nset\nU\x03abc\x85R.'],
    ['a set of a dict', 'c__builtin__\nset\n}\x85R.'],
    ['a set of two lists', 'c__builtin__\nset\n]]\x86R.'],
    ['an ordered dict of a dict', 'ccollections\nOrderedDict\n}\x85R.'],
    ['an ordered dict of text', 'ccollections\nOrderedDict\n](U\x02abe\x85R.'],
    ['an ordered dict of triples', 'ccollections\nOrderedDict\n](](U\x01aNNee\x85R.'],
    [
      'a reconstructed set',
      'ccopy_reg\n_reconstructor\nc__builtin__\nset\nc__builtin__\nobject\nN\x87R.',
    ],
    ['a reconstructed UUID on a UUID', `ccopy_reg\n_reconstructor\n${uuid}${uuid}N\x87R.`],
    [
      'a reconstructed UUID with a state',
      `ccopy_reg\n_reconstructor\n${uuid}c__builtin__\nobject\n}\x87R.`,
    ],
  ])('is not called with %s', (_name, pickle) => expect(problemWith(pickle)).toMatch(wrong));

  test.each([
    ['a UUID called', `${uuid}U\x0212\x85R.`, 'REDUCE, which would call uuid.UUID'],
    ['object called', 'c__builtin__\nobject\n)R.', 'REDUCE, which would call builtins.object'],
    ['text called', 'U\x04evil)R.', 'REDUCE, which would call what is no constructor'],
    ['a datetime called', `${dated('date', [7, 228, 1, 2]).slice(0, -1)})R.`, 'REDUCE'],
    ['a call of a call', `${zero})R.`, 'REDUCE'],
    ['a call with what is no tuple', 'cdecimal\nDecimal\nU\x011R.', 'REDUCE'],
    ['an instance of a date', 'cdatetime\ndate\nC\x04\x07\xe4\x01\x02\x85\x81.', 'NEWOBJ'],
    ['an instance of a set', 'c__builtin__\nset\n)\x81.', 'NEWOBJ'],
    ['a UUID with arguments', `${uuid}U\x0212\x85\x81.`, 'NEWOBJ'],
    ['a UUID by NEWOBJ_EX', `${uuid})}\x92.`, 'NEWOBJ_EX'],
    ['an old instance', '(iuuid\nUUID\n.', 'INST'],
    ['an old instance of what is on the stack', `(${uuid}o.`, 'OBJ'],
    ['an extension', '\x82\x01.', 'EXT1'],
    ['the state of a dict', '}}U\x01aNsb.', 'BUILD'],
    ['the state of an ordered dict', 'ccollections\nOrderedDict\n)R}U\x01aNsb.', 'BUILD'],
    ['the state of a datetime', `${dated('date', [7, 228, 1, 2]).slice(0, -1)}}b.`, 'BUILD'],
    ['the state of a class', `${uuid}}U\x03intK\x01sb.`, 'BUILD'],
  ])('makes nothing else: %s', (_name, pickle, problem) =>
    expect(problemWith(pickle)).toMatch(`opcode ${problem}`),
  );

  test.each([
    ['without a state', `${uuid})\x81.`, 'without its number'],
    ['in a list before it has a state', `${uuid})\x81q\0](h\0e\x86.`, 'without its number'],
    ['as a key before it has a state', `${uuid})\x81q\0}h\0Ns.`, 'without its number'],
    ['with an empty state', `${uuid})\x81}b.`, 'a state'],
    ['with a state that is a number', `${uuid})\x81K\x01b.`, 'a state'],
    ['with a state that is a tuple', `${uuid})\x81N}U\x03intK\x01s\x86b.`, 'a state'],
    ['with a number in text', `${uuid})\x81}U\x03intU\x011sb.`, 'a state'],
    ['with a float', `${uuid})\x81}U\x03intG\x3f\xf8\0\0\0\0\0\0sb.`, 'a state'],
    ['with a negative number', `${uuid})\x81}U\x03intJ\xff\xff\xff\xffsb.`, 'a state'],
    ['with 2^128', `${uuid})\x81}U\x03int\x8a\x11${'\0'.repeat(16)}\x01sb.`, 'a state'],
    ['with a field that Python has not', `${uuid})\x81}(U\x03intK\x01U\x03hexU\x01aub.`, 'a state'],
    [
      'with a safety that there is not',
      `${uuid})\x81}(U\x03intK\x01U\x07is_safeK\x07ub.`,
      'a state',
    ],
    ['with two states', `${uuid})\x81}U\x03intK\x01sb}U\x03intK\x02sb.`, 'a state'],
  ])('makes no UUID %s', (_name, pickle, problem) => expect(problemWith(pickle)).toMatch(problem));

  test.each([
    ['alone', `${uuid}.`],
    ['in a list', `](${uuid}e.`],
    ['in a tuple', `${uuid}\x85.`],
    ['in a dict', `}U\x01a${uuid}s.`],
    ['as a key', `}${uuid}Ns.`],
    ['in a set', `\x8f(${uuid}\x90.`],
    ['deep inside', `](](}U\x01a\x8f(${uuid}\x90see.`],
    ['beside itself in a list that holds itself', `]q\0(h\0${uuid}e.`],
  ])('is no data itself: %s', (_name, pickle) =>
    expect(problemWith(pickle)).toMatch('has uuid.UUID itself where data is expected'),
  );

  test('gives one value wherever the memo repeats it', () => {
    const one = `${uuid})\x81q\x01}U\x03intK\x01sb`;
    const text = '00000000-0000-0000-0000-000000000001';
    expect(read(`(${one}h\x01](h\x01e}h\x01h\x01st.`)).toEqual([
      text,
      text,
      [text],
      { [text]: text },
    ]);
    expect(read(`(${zero}q\x01h\x01\x8f(h\x01\x90t.`)).toEqual([0, 0, new Set([0])]);
  });

  test('keeps the order of a set whose members it replaces', () =>
    expect([...(read(`\x8f(K\x01${zero}K\x02\x90.`) as Set<unknown>)]).toEqual([1, 0, 2]));

  test.each([
    [
      'a text and a decimal that are one',
      'c__builtin__\nset\n](U\x011cdecimal\nDecimal\nU\x011\x85Re\x85R.',
    ],
    ['a number and a timedelta that are one', `\x8f(K\0${zero}\x90.`],
  ])('loses no member of a set: %s', (_name, pickle) =>
    expect(problemWith(pickle)).toMatch('has a member of a set twice'),
  );

  test.each([
    ['bytes', 'c_codecs\nencode\n', `X\0\0\x01\0${'a'.repeat(65_536)}U\x06latin1\x86`],
    ['a bytearray', 'c__builtin__\nbytearray\n', `B\0\0\x01\0${'a'.repeat(65_536)}\x85`],
    ['a set', 'c__builtin__\nset\n', `](${numbers(60_000)}e\x85`],
  ])('is not made to copy %s over and over', (_name, type, args) => {
    const again = 'h\0h\x01R'.repeat(10_000);
    expect(problemWith(`(${type}q\0${args}q\x01${again}t.`)).toMatch(
      /more than \d+ (bytes|values|numbers)/,
    );
  });
});

const untouched = stateOfPrototypes();

describe('Whatever a pickle says', () => {
  const recorded = recordedPickles().map(({ pickle }) => pickle);
  const some = fc.constantFrom(...recorded);
  const opcodes = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...snippets()) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: some.map(withoutStop) },
  );

  test('only plain data comes of random opcodes, or an error', () =>
    fc.assert(
      fc.property(fc.array(opcodes, { maxLength: 25 }), fc.boolean(), (parts, hasHead) => {
        const head = hasHead ? [Buffer.from([0x80, 4])] : [];
        const pickle = Buffer.concat([...head, ...parts, Buffer.from('.')]);
        expect(oddFrom(pickle)).toEqual([]);
      }),
      { numRuns: 3_000 },
    ));

  test('only plain data comes of what Python wrote, changed somewhere, or an error', () =>
    fc.assert(
      fc.property(some.chain(mutationsOf), (pickle) => {
        expect(oddFrom(pickle)).toEqual([]);
      }),
      { numRuns: 3_000 },
    ));

  test('only plain data comes of two halves of what Python wrote, or an error', () =>
    fc.assert(
      fc.property(some, some, fc.nat(), fc.nat(), (a, b, i, j) => {
        const halves = [a.subarray(0, i % a.length), b.subarray(j % b.length)];
        expect(oddFrom(Buffer.concat(halves))).toEqual([]);
      }),
      { numRuns: 3_000 },
    ));
});

// oxlint-disable-next-line vitest/no-standalone-expect
afterEach(() => expect(stateOfPrototypes()).toEqual(untouched));

function oddFrom(pickle: Buffer): unknown[] {
  const value = orUndecodable(() => readPickle(pickle));
  return value === undefined ? [] : oddIn(value);
}

/** What is not among the few types that pickles are read as. */
function oddIn(value: unknown): unknown[] {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return [];
  if (typeof value !== 'object') return [value];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? [value] : [];
  switch (Object.getPrototypeOf(value)) {
    case Array.prototype:
      return [...(value as unknown[])].flatMap(oddIn);
    case Set.prototype:
      return [...(value as Set<unknown>)].flatMap(oddIn);
    case Object.prototype:
      return Object.values(value).flatMap(oddIn);
    case Uint8Array.prototype: {
      // Memory of its own, not the message's.
      const { buffer, byteLength } = value as Uint8Array;
      return buffer.byteLength === byteLength ? [] : [value];
    }
    default:
      return [value];
  }
}

/** What pickles are made of: names, arguments that fit and some that do not, and every opcode. */
function snippets(): Buffer[] {
  const names = [
    ...['datetime', 'date', 'time', 'timedelta', 'timezone'].map((name) => `cdatetime\n${name}\n`),
    ...['set', 'frozenset', 'bytes', 'bytearray', 'object', 'eval'].flatMap((name) => [
      `c__builtin__\n${name}\n`,
      `cbuiltins\n${name}\n`,
    ]),
    'cdecimal\nDecimal\n',
    uuid,
    'cuuid\nSafeUUID\n',
    'c_codecs\nencode\n',
    'ccollections\nOrderedDict\n',
    'ccopy_reg\n_reconstructor\n',
  ];
  const values = [
    ['N', '\x88', '\x89', 'K\x01', 'K\0', 'J\xff\xff\xff\xff', 'G\x3f\xf8\0\0\0\0\0\0'],
    ['U\x011', 'U\x03int', 'U\x06latin1', 'U\x02\xff\xfe', 'X\x05\0\0\0\x07\xc3\xa4\x01\x02'],
    ['C\x04\x07\xe4\x01\x02', 'C\x06\x01\x02\x03\0\0\x04'],
    ['C\x0a\x07\xe4\x01\x02\x03\x04\x05\0\0\0', `\x8a\x10${'\x7f'.repeat(16)}`],
    ['}', ']', ')', '\x8f', zero, utc],
  ].flat();
  const calls = ['R', '\x85R', '\x86R', '\x87R', ')R', ')\x81', '}U\x03intK\x01sb', '\x81', 'b'];
  const others = ['(', 't', 'a', 'e', 's', 'u', '\x90', '\x91', 'l', 'd', '\x85', '\x86', '\x93'];
  const memo = ['q\0', 'q\x01', 'h\0', 'h\x01', '\x94', 'p0\n', 'g0\n'];
  return [...names, ...values, ...calls, ...others, ...memo].map((text) =>
    Buffer.from(text, 'latin1'),
  );
}

function mutationsOf(pickle: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: pickle.length });
  const change = fc.record({
    at: place,
    skip: fc.nat({ max: 3 }),
    add: fc.uint8Array({ maxLength: 3 }),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, skip, add }) =>
          Buffer.concat([bytes.subarray(0, at), add, bytes.subarray(at + skip)]),
        pickle,
      ),
    );
}

function withoutStop(pickle: Buffer): Buffer {
  return pickle.subarray(pickle[0] === 0x80 ? 2 : 0, -1);
}

function stateOfPrototypes(): PropertyKey[] {
  return [Object, Array, Map, Set, Date, Uint8Array].flatMap((one) =>
    Reflect.ownKeys(one.prototype as object),
  );
}

function dated(name: string, state: readonly number[]): string {
  const bytes = String.fromCharCode(state.length, ...state);
  return `cdatetime\n${name}\nC${bytes}\x85R.`;
}

function decimal(text: string): string {
  return `cdecimal\nDecimal\nU${String.fromCharCode(text.length)}${text}\x85R.`;
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => number(index)).join('');
}

function number(index: number): string {
  return `J${String.fromCharCode(index & 0xff, (index >> 8) & 0xff, 1, 0)}`;
}

function problemWith(operations: string): string {
  return problemOf(() => read(operations));
}

function read(operations: string): unknown {
  return readPickle(Buffer.from(`\x80\x04${operations}`, 'latin1'));
}
