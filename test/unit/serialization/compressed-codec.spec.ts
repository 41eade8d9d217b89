import { deflateSync } from 'node:zlib';
import { InvalidOptionsError, UnserializableDataError } from '../../../lib/contracts/index.js';
import {
  compressed,
  createCodecLookup,
  jsonCodec,
  nativeFormat,
  richCodec,
} from '../../../lib/serialization/index.js';
import { decodeBy, problemOf, received } from '../../support/recorded.js';

const large = { pattern: 'p', data: { text: 'all work and no play '.repeat(1_000) } };
const small = { pattern: 'p', data: { text: 'é' } };

describe('compressed', () => {
  test('packs a large message and names how', () => {
    const { body, attributes } = nativeFormat.encode(large, { queue: 'q', codec: compressed() });
    expect(body.length).toBeLessThan(500);
    expect(attributes).toEqual({
      ContentType: { dataType: 'String', stringValue: 'json+deflate' },
    });
    expect(decodeBy(nativeFormat, received(body, attributes))).toEqual(large);
  });

  test('leaves a small message as a worker without this codec reads it', () => {
    expect(nativeFormat.encode(small, { queue: 'q', codec: compressed() })).toEqual({
      body: jsonCodec.encode(small),
    });
    const rich = nativeFormat.encode(small, { queue: 'q', codec: compressed(richCodec) });
    expect(rich.attributes?.ContentType?.stringValue).toBe('rich');
  });

  test('packs from the size it is told, and never what would grow', () => {
    const text = 'a'.repeat(98);
    expect(named(text, 99)).toBe('json+deflate');
    expect(named(text, 100)).toBe('json');
    expect(named('x', 0)).toBe('json');
  });

  test('is known by name, and replaced by one with other limits', () => {
    const text = deflateSync('"abcdef"').toString('base64');
    expect(createCodecLookup()('json+deflate').decode(text)).toBe('abcdef');
    const strict = createCodecLookup([compressed(jsonCodec, { maxBytes: 7 })]);
    expect(problemOf(() => strict('json+deflate').decode(text))).toMatch('more than 7 bytes');
    expect(createCodecLookup()('rich+deflate').name).toBe('rich+deflate');
  });

  test('stops unpacking at the limit', () => {
    const bomb = deflateSync(Buffer.alloc(20 * 1024 * 1024, 0x20)).toString('base64');
    expect(problemOf(() => compressed().decode(bomb))).toMatch('more than 3145728 bytes');
  });

  test('refuses to pack what it would not unpack', () => {
    const codec = compressed(jsonCodec, { maxBytes: 10 });
    expect(codec.decode(codec.encode('12345678'))).toBe('12345678');
    expect(() => codec.encode('123456789')).toThrow(UnserializableDataError);
  });

  test('refuses text that UTF-8 would change', () => {
    const plain = { name: 'plain', encode: String, decode: (text: string) => text };
    const codec = compressed(plain, { aboveBytes: 0 });
    expect(() => codec.encode('\ud83d')).toThrow(UnserializableDataError);
  });

  test.each([
    ['no base64', '{"a":1}'],
    ['nothing', ''],
    ['no zlib', 'aGVsbG8='],
    ['half a stream', deflateSync('"a long text"').subarray(0, 8).toString('base64')],
    ['no UTF-8', deflateSync(Buffer.from([0x22, 0xff, 0x22])).toString('base64')],
    ['no JSON', deflateSync('hello').toString('base64')],
    ['a refused key', deflateSync('{"__proto__":1}').toString('base64')],
  ])('does not read %s', (_name, text) =>
    expect(problemOf(() => compressed().decode(text))).toMatch('cannot be decoded'),
  );

  test.each([{ aboveBytes: -1 }, { aboveBytes: 1.5 }, { maxBytes: 0 }, { maxBytes: Infinity }])(
    'refuses the options %j',
    (options) => expect(() => compressed(jsonCodec, options)).toThrow(InvalidOptionsError),
  );
});

function named(value: unknown, aboveBytes: number): string | undefined {
  return compressed(jsonCodec, { aboveBytes }).encodeNamed?.(value).codec;
}
