import { UnserializableDataError, type Codec } from '../../../lib/contracts/index.js';
import { jsonCodec, squids } from '../../../lib/serialization/index.js';
import {
  decodeBy,
  encodeBy,
  problemOf,
  isReadable,
  messageOf,
  received,
  recordedBy,
  type Recorded,
} from '../../support/recorded.js';

const base64Json: Codec = {
  name: 'base64',
  encode: (value) => Buffer.from(jsonCodec.encode(value)).toString('base64'),
  decode: (text) => JSON.parse(Buffer.from(text, 'base64').toString()) as unknown,
};

const all = recordedBy('squids');
const readable = all.filter(([, recorded]) => isReadable(recorded));

describe('squids', () => {
  test('has recorded messages', () => expect([all.length, readable.length]).toEqual([12, 11]));

  test.each(readable)('reads what squids wrote: %s', (_case, recorded) => {
    const { pattern, args, kwargs, extra } = recorded.expected;
    const packet = decodeBy(formatFor(recorded), messageOf(recorded));
    const meta = extra === undefined ? {} : { meta: extra };
    expect(packet).toEqual({ pattern, data: { args, kwargs }, ...meta });
  });

  test.each(readable)('writes what squids wrote: %s', (_case, recorded) => {
    const { pattern, args, kwargs, extra } = recorded.expected;
    const packet = { pattern: pattern!, data: { args, kwargs }, meta: extra };
    const { body, attributes } = encodeBy(formatFor(recorded), packet);
    expect(bodyText(recorded, body)).toEqual(bodyText(recorded, recorded.body));
    expect(attributes).toBeUndefined();
  });

  test('names the bare NaN of Python', () => {
    const [, recorded] = all.find(([name]) => name === 'nan')!;
    expect(problemOf(() => decodeBy(squids(), messageOf(recorded)))).toMatch(/bare word NaN/);
  });

  test('fills in what the sender leaves out', () => {
    expect(encodeBy(squids(), { pattern: 'm.f', data: {} })).toEqual({
      body: '{"task":"m.f","args":[],"kwargs":{}}',
    });
  });

  test.each([
    [undefined, '$'],
    [null, '$'],
    [[1], '$'],
    ['text', '$'],
    [{ to: 'x' }, '$.to'],
    [{ args: 'ab' }, '$.args'],
    [{ kwargs: [] }, '$.kwargs'],
    [{ kwargs: null }, '$.kwargs'],
    [{ kwargs: { self: 1 } }, '$.kwargs.self'],
    [{ kwargs: { message_id: 1 } }, '$.kwargs.message_id'],
    [{ args: [1n] }, '$.args[0]'],
    [{ args: [NaN] }, '$.args[0]'],
  ])('refuses to send what is wrong, case %#', (data, path) => {
    const write = () => encodeBy(squids(), { pattern: 'm.f', data });
    expect(write).toThrow(UnserializableDataError);
    expect(write).toThrow(` at ${path}.`);
  });

  test.each([
    'not json',
    '[]',
    '{}',
    '{"task":"t"}',
    '{"task":"t","args":[]}',
    '{"task":"t","kwargs":{}}',
    '{"task":null,"args":[],"kwargs":{}}',
    '{"task":"","args":[],"kwargs":{}}',
    '{"task":"t","args":null,"kwargs":{}}',
    '{"task":"t","args":[],"kwargs":null}',
    '{"task":"t","args":[],"kwargs":[]}',
    '{"task":"t","args":[9007199254740993],"kwargs":{}}',
    '{"task":"t","args":[],"kwargs":{"__proto__":{"x":1}}}',
    '{"task":"t","args":[],"kwargs":{"constructor":{"prototype":{"x":1}}}}',
  ])('does not read %j', (body) =>
    expect(problemOf(() => decodeBy(squids(), received(body)))).toMatch('cannot be decoded'),
  );

  test('a codec of its own reads and writes what a serde of the Python app does', () => {
    const format = squids({ codec: base64Json });
    const packet = { pattern: 'm.f', data: { args: [1], kwargs: { x: 3 } } };
    const { body } = encodeBy(format, packet);
    expect(Buffer.from(body, 'base64').toString()).toBe(
      '{"task":"m.f","args":[1],"kwargs":{"x":3}}',
    );
    expect(decodeBy(format, received(body))).toEqual(packet);
  });

  test('a serde that throws is a message that cannot be decoded', () => {
    const format = squids({ codec: base64Json });
    expect(problemOf(() => decodeBy(format, received('%%%')))).toMatch('codec "base64" failed');
  });
});

function formatFor(recorded: Recorded) {
  return recorded.case === 'custom-serde' ? squids({ codec: base64Json }) : squids();
}

function bodyText(recorded: Recorded, body: string): unknown {
  const isBase64 = recorded.case === 'custom-serde';
  return JSON.parse(isBase64 ? Buffer.from(body, 'base64').toString() : body) as unknown;
}
