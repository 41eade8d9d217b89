import * as fc from 'fast-check';
import { UnserializableDataError } from '../../../lib/contracts/index.js';
import { createCodecLookup, nativeFormat, richCodec } from '../../../lib/serialization/index.js';
import { decodeBy, problemOf, received } from '../../support/recorded.js';

class Dto {
  constructor(readonly at: Date) {}
}

class Money {
  toJSON(): string {
    return '1 EUR';
  }
}

describe('richCodec', () => {
  test('carries what JSON cannot', () => {
    const value = {
      date: new Date(86_400_000),
      map: new Map<unknown, unknown>([
        ['a', 1],
        [{ key: true }, new Set([1, 'b'])],
      ]),
      big: 2n ** 70n,
      left: undefined,
      numbers: [NaN, Infinity, -Infinity, -0],
      bytes: new Uint8Array([1, 2, 255]),
      text: '\u2028 \0 😀',
    };
    expect(richCodec.decode(richCodec.encode(value))).toStrictEqual(value);
  });

  test('writes text that SQS takes', () => {
    const text = richCodec.encode('\uFFFE\uFFFF\0\ud83d');
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(richCodec.decode(text)).toBe('\uFFFE\uFFFF\0\ud83d');
  });

  test('keeps a part that stands twice one', () => {
    const part = { a: 1 };
    const [first, second] = richCodec.decode(richCodec.encode([part, part])) as unknown[];
    expect(first).toBe(second);
  });

  test('writes instances of classes by their fields, as JSON does', () => {
    const value = richCodec.decode(richCodec.encode(new Dto(new Date(0))));
    expect(value).toEqual({ at: new Date(0) });
    expect(value).not.toBeInstanceOf(Dto);
  });

  test('names itself in a native message, which any worker then reads', () => {
    const data = { when: new Date(5), tags: new Set(['a']) };
    const packet = { pattern: 'p', data, context: { big: 1n } };
    const { body, attributes } = nativeFormat.encode(packet, {
      queue: 'q',
      codec: createCodecLookup()('rich'),
    });
    expect(attributes).toEqual({ ContentType: { dataType: 'String', stringValue: 'rich' } });
    expect(decodeBy(nativeFormat, received(body, attributes))).toEqual(packet);
  });

  test.each([
    ['a function', { f: () => 1 }, '$.f'],
    ['a symbol', [Symbol('s')], '$[0]'],
    ['a regular expression', { r: /x/ }, '$.r'],
    ['a boxed value', { b: Object(1) as unknown }, '$.b'],
    ['a URL', { u: new URL('http://a.b') }, '$.u'],
    ['an error', { e: new Error('x') }, '$.e'],
    ['a promise', { p: Promise.resolve() }, '$.p'],
    ['an instance that has a JSON form of its own', { m: new Money() }, '$.m'],
    ['a hole', { a: [1, , 2] }, '$.a[1]'], // oxlint-disable-line no-sparse-arrays
    ['a cycle in a Map', cycle(), '$<0>'],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}') as unknown, '$.a.__proto__'],
  ])('refuses to write %s', (_name, value, path) => {
    expect(() => richCodec.encode(value)).toThrow(UnserializableDataError);
    expect(() => richCodec.encode(value)).toThrow(` at ${path}.`);
  });

  test.each([
    ['no JSON', 'x'],
    ['plain JSON', '{"a":1}'],
    ['an empty list', '[]'],
    ['an unknown kind', '[["Function","alert(1)"]]'],
    ['a regular expression', '[["RegExp","(a+)+$"]]'],
    ['a URL', '[["URL","http://169.254.169.254/"]]'],
    ['a boxed value', '[["Object",1],5]'],
    ['a sparse array', '[[-7,4294967295]]'],
    ['an array with a hole', '[[-2,-2]]'],
    ['__proto__', '[{"__proto__":1},{"x":2},3]'],
    ['__proto__ of a null object', '[["null","__proto__",1],5]'],
    ['constructor.prototype', '[{"constructor":1},{"prototype":2},{}]'],
    ['a cycle', '[[0]]'],
    ['a number for a date', '[["BigInt","x"]]'],
    ['nesting', nestedText(1_100)],
    ['nesting beyond the stack', nestedText(200_000)],
    ['a value too large to walk', laughs()],
  ])('does not read %s', (_name, text) => {
    expect(problemOf(() => richCodec.decode(text))).toMatch('cannot be decoded');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('gives back any data that it writes', () => {
    const data = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.bigInt(), fc.boolean()),
        fc.constantFrom(null, undefined),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array(),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('node'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(tie('node'), { maxLength: 4 }).map((items) => new Set(items)),
        fc.array(fc.tuple(fc.string(), tie('node'))).map((entries) => new Map(entries)),
      ),
    })).node;
    fc.assert(
      fc.property(data, (value) => {
        fc.pre(!hasRefusedKey(value));
        expect(richCodec.decode(richCodec.encode(value))).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });
});

function hasRefusedKey(value: unknown): boolean {
  try {
    richCodec.encode(value);
    return false;
  } catch (error) {
    return error instanceof UnserializableDataError && error.message.includes('the key');
  }
}

function cycle(): unknown {
  const map = new Map<string, unknown>();
  map.set('self', map);
  return map;
}

function nestedText(depth: number): string {
  return JSON.stringify(Array.from({ length: depth }, (_, index) => [index + 1]));
}

function laughs(): string {
  const levels = Array.from({ length: 12 }, (_, level) => Array(10).fill(level + 1) as number[]);
  return JSON.stringify([...levels, 'ha']);
}
