import { UnserializableDataError } from '../../../lib/contracts/index.js';
import { zcSqs } from '../../../lib/serialization/index.js';
import {
  decodeBy,
  encodeBy,
  problemOf,
  isReadable,
  messageOf,
  received,
  recordedBy,
} from '../../support/recorded.js';

const all = recordedBy('zc-sqs');
const readable = all.filter(([, recorded]) => isReadable(recorded));
const format = zcSqs();

describe('zcSqs', () => {
  test('has recorded messages', () => expect([all.length, readable.length]).toEqual([6, 5]));

  test.each(readable)('reads what zc.sqs wrote: %s', (_case, recorded) => {
    const { args, kwargs } = recorded.expected;
    const packet = decodeBy(format, messageOf(recorded), 'work');
    expect(packet).toEqual({ pattern: 'work', data: { args, kwargs } });
  });

  test.each(readable)('writes what zc.sqs wrote: %s', (_case, recorded) => {
    const { args, kwargs } = recorded.expected;
    const { body, attributes } = encodeBy(format, { pattern: 'work', data: { args, kwargs } });
    expect(unbase64(body)).toEqual(unbase64(recorded.body));
    expect(attributes).toBeUndefined();
  });

  test('names the bare NaN of Python', () => {
    const [, recorded] = all.find(([name]) => name === 'nan')!;
    expect(problemOf(() => decodeBy(format, messageOf(recorded)))).toMatch(/bare word NaN/);
  });

  test('writes the standard alphabet with its padding', () => {
    for (const text of ['', '?', '??', '???>>>ÿÿ', '🐎'.repeat(99)]) {
      const { body } = encodeBy(format, { pattern: 'p', data: { args: [text] } });
      expect(body).toMatch(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
    }
  });

  test('reads base64 with line breaks, and plain JSON', () => {
    const expected = { pattern: 'q', data: { args: [1], kwargs: {} } };
    const lines = Buffer.from('[[1], {}]')
      .toString('base64')
      .replace(/(.{5})/g, '$1\r\n');
    expect(decodeBy(format, received(lines))).toEqual(expected);
    expect(decodeBy(format, received('[["aGVsbG8h"],{}]')).data).toEqual({
      args: ['aGVsbG8h'],
      kwargs: {},
    });
  });

  test.each([
    ['no base64', '%%%%'],
    ['nothing', ''],
    ['an object', base64('{}')],
    ['one element', base64('[[]]')],
    ['three elements', base64('[[],{},1]')],
    ['arguments that are no list', base64('[{},{}]')],
    ['keyword arguments that are no object', base64('[[],[]]')],
    ['no JSON', base64('hello')],
    ['bytes that are not UTF-8', Buffer.from([0x5b, 0x22, 0xe9, 0x22, 0x5d]).toString('base64')],
    ['a refused key', base64('[[],{"__proto__":{}}]')],
  ])('does not read %s', (_name, body) =>
    expect(problemOf(() => decodeBy(format, received(body)))).toMatch('cannot be decoded'),
  );

  test.each([[[1]], ['text'], [{ a: 1 }], [{ args: {} }]])('refuses to send %j', (data) =>
    expect(() => encodeBy(format, { pattern: 'p', data })).toThrow(UnserializableDataError),
  );
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function unbase64(body: string): unknown {
  return JSON.parse(Buffer.from(body, 'base64').toString()) as unknown;
}
