import * as fc from 'fast-check';
import { UndecodableMessageError, UnserializableDataError } from '../../../lib/contracts/index.js';
import { jsonCodec, lenientJsonCodec } from '../../../lib/serialization/index.js';

class Money {
  toJSON(): string {
    return '5 EUR';
  }
}

describe('jsonCodec', () => {
  test('carries all JSON values there and back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        // The codec refuses these keys by intent.
        fc.pre(!/"(?:__proto__|constructor)"/.test(JSON.stringify(value)));
        expect(jsonCodec.decode(jsonCodec.encode(value))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  test('leaves undefined fields out', () => {
    expect(jsonCodec.encode({ at: 1, none: undefined })).toBe('{"at":1}');
  });

  test('carries objects without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(jsonCodec.encode(bare)).toBe('{"a":1}');
  });

  test('writes an instance of a class of one’s own field by field', () => {
    class Point {
      x = 1;
      later = undefined;
    }
    expect(jsonCodec.encode([new Point()])).toBe('[{"x":1}]');
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = { again: [cycle] };

  test.each([
    ['a function', { user: { id: () => 1 } }, '$.user.id', 'a function'],
    ['a symbol', { a: Symbol('s') }, '$.a', 'a symbol'],
    ['a BigInt', [1n], '$[0]', 'a BigInt'],
    ['NaN', { n: [0, NaN] }, '$.n[1]', 'NaN'],
    ['Infinity', -Infinity, '$', '-Infinity'],
    ['undefined in an array', { tags: ['a', undefined] }, '$.tags[1]', 'undefined'],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole in an array', ['a', , 'b'], '$[1]', 'undefined'],
    ['undefined itself', undefined, '$', 'undefined'],
    ['a Map', { m: new Map() }, '$.m', 'an instance of Map'],
    ['a Set', new Set(), '$', 'an instance of Set'],
    ['a promise', { 'odd key': Promise.resolve() }, '$["odd key"]', 'an instance of Promise'],
    ['a typed array', { b: new Uint8Array(2) }, '$.b', 'an instance of Uint8Array'],
    ['an error', { e: new Error('x') }, '$.e', 'an instance of Error'],
    ['a Date, which would be text', { at: new Date(0) }, '$.at', 'a Date, which would arrive as'],
    ['a Date in an array', { list: [{ at: [new Date(0)] }] }, '$.list[0].at[0]', 'a Date'],
    ['an invalid date', { at: new Date(NaN) }, '$.at', 'an invalid Date'],
    ['a URL', { url: new URL('https://a.b/') }, '$.url', 'an instance of URL with a toJSON()'],
    ['a Buffer', { bytes: Buffer.from('x') }, '$.bytes', 'an instance of Buffer'],
    ['what has a toJSON()', { money: { toJSON: () => '5 EUR' } }, '$.money', 'with a toJSON()'],
    ['a class that has one', [new Money()], '$[0]', 'an instance of Money with a toJSON()'],
    ['a cycle', { cycle }, '$.cycle.self.again[0]', 'a cycle'],
    [
      'a __proto__ key',
      JSON.parse('{"a":{"__proto__":1}}'),
      '$.a.__proto__',
      'the key "__proto__"',
    ],
  ])('refuses %s and says where it is', (_, value, path, found) => {
    const error = errorOf(() => jsonCodec.encode(value));
    expect(error).toBeInstanceOf(UnserializableDataError);
    expect((error as UnserializableDataError).path).toBe(path);
    expect((error as UnserializableDataError).message).toContain(found);
  });

  test('refuses data that is nested too deep to walk', () => {
    expect(() => jsonCodec.encode(nested(1_001))).toThrow(UnserializableDataError);
    expect(jsonCodec.encode(nested(1_000))).toHaveLength(2_000);
  });

  test('wraps what a getter of the data throws', () => {
    const cause = new Error('lazy');
    const data = {
      get field(): never {
        throw cause;
      },
    };
    expect(errorOf(() => jsonCodec.encode(data))).toMatchObject({
      name: 'UnserializableDataError',
      cause,
    });
  });

  test('takes whatever it writes as JSON writes it, and refuses the rest by its own error', () => {
    const values = fc.anything({
      withDate: true,
      withMap: true,
      withBigInt: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        const text = textOrRefused(value);
        expect([REFUSED, text === REFUSED || JSON.stringify(value)]).toContain(text);
      }),
    );
  });

  test('escapes the two characters that JSON allows and SQS refuses', () => {
    const text = jsonCodec.encode('a\uFFFE\uFFFFb');
    expect(text).toBe('"a\\ufffe\\uffffb"');
    expect(jsonCodec.decode(text)).toBe('a\uFFFE\uFFFFb');
  });

  test.each([
    ['text', 'x'],
    ['nothing', ''],
    ['a __proto__ key', '{"a":[{"__proto__":{"admin":true}}]}'],
    ['an escaped __proto__ key', '{"\\u005f_proto_\\u005F":{"admin":true}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'],
    ['an escaped constructor.prototype', '{"\\u0063onstructor":{"prototype":1}}'],
    ['nesting without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nested objects without end', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
  ])('does not decode %s', (_, text) => {
    expect(() => jsonCodec.decode(text)).toThrow(UndecodableMessageError);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('decodes a field that is called constructor', () => {
    expect(jsonCodec.decode('{"constructor":"Bosch"}')).toEqual({ constructor: 'Bosch' });
  });

  test('decodes much data that is flat', () => {
    const many = Array.from({ length: 3_000 }, (_, id) => ({ id }));
    expect(jsonCodec.decode(jsonCodec.encode(many))).toEqual(many);
  });
});

describe('lenientJsonCodec', () => {
  test('turns odd values into text', () => {
    const data = {
      big: 5n,
      nan: NaN,
      fn: errorOf,
      error: new Error('broken'),
      at: new Date(0),
      point: new (class Point {
        x = 1;
      })(),
      list: [undefined, Symbol('s')],
      none: undefined,
    };
    expect(JSON.parse(lenientJsonCodec.encode(data))).toEqual({
      big: '5',
      nan: 'NaN',
      fn: '[Function errorOf]',
      error: 'Error: broken',
      at: '1970-01-01T00:00:00.000Z',
      point: { x: 1 },
      list: ['undefined', 'Symbol(s)'],
    });
  });

  test.each([
    ['a map of texts', new Map([['a', new Set([1n])]]), { a: ['1'] }],
    [
      'a map of other keys',
      new Map<unknown, unknown>([
        [1, 'one'],
        [new Date(0), 2],
      ]),
      [
        [1, 'one'],
        ['1970-01-01T00:00:00.000Z', 2],
      ],
    ],
    ['a map with a dangerous key', new Map([['__proto__', 1]]), [['__proto__', 1]]],
    ['a set', new Set(['a', undefined]), ['a', 'undefined']],
    ['bytes', new Uint8Array([1, 2, 255]), 'AQL/'],
    ['a part of a buffer', Buffer.from('xabcx').subarray(1, 4), 'YWJj'],
    ['an array buffer', new Uint8Array([1]).buffer, 'AQ=='],
    ['a view of data', new DataView(new Uint8Array([1, 2]).buffer, 1), 'Ag=='],
    ['numbers', new Float64Array([1.5, NaN]), [1.5, 'NaN']],
    ['large numbers', new BigInt64Array([1n]), ['1']],
    ['a regular expression', /a+/g, '/a+/g'],
    ['parameters of a URL', new URLSearchParams({ a: 'b' }), 'a=b'],
    ['a boxed value', Object('x'), 'x'],
    ['what has no text', Promise.resolve(), 'an instance of Promise'],
  ])('writes %s so that a person can read it', (_name, value, written) => {
    expect(jsonCodec.decode(lenientJsonCodec.encode({ value }))).toEqual({ value: written });
  });

  test('cuts a cycle through a map and a set', () => {
    const map = new Map<string, unknown>();
    map.set('set', new Set([map]));
    expect(lenientJsonCodec.encode(map)).toBe('{"set":["[Circular]"]}');
  });

  test('cuts cycles and leaves dangerous keys out', () => {
    const data = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
    data.self = data;
    expect(lenientJsonCodec.encode(data)).toBe('{"self":"[Circular]"}');
  });

  test('writes whatever the strict codec reads', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true }), (value) => {
        expect(() => jsonCodec.decode(lenientJsonCodec.encode(value))).not.toThrow();
      }),
    );
  });
});

function nested(depth: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

const REFUSED = Symbol('refused');

function textOrRefused(value: unknown): string | typeof REFUSED {
  try {
    return jsonCodec.encode(value);
  } catch (error) {
    if (error instanceof UnserializableDataError) return REFUSED;
    throw error;
  }
}
