import { UnserializableDataError } from '../../../lib/contracts/index.js';
import { lenientJsonCodec, taskmaster } from '../../../lib/serialization/index.js';
import {
  attributesOf,
  decodeBy,
  encodeBy,
  problemOf,
  isReadable,
  messageOf,
  received,
  recordedBy,
} from '../../support/recorded.js';

const all = recordedBy('sqstaskmaster');
const readable = all.filter(([, recorded]) => isReadable(recorded));

describe('taskmaster', () => {
  test('has recorded messages', () => expect([all.length, readable.length]).toEqual([8, 7]));

  test.each(readable)('reads what sqstaskmaster wrote: %s', (_case, recorded) => {
    const { pattern, kwargs } = recorded.expected;
    expect(decodeBy(taskmaster(), messageOf(recorded))).toEqual({ pattern, data: kwargs });
  });

  test.each(readable)('writes what sqstaskmaster wrote: %s', (_case, recorded) => {
    const { pattern, kwargs } = recorded.expected;
    const serviceName = recorded.messageAttributes.service_name?.StringValue;
    const format = taskmaster({ serviceName });
    const { body, attributes } = encodeBy(format, { pattern: pattern!, data: kwargs });
    expect(JSON.parse(body)).toEqual(JSON.parse(recorded.body));
    expect(attributes).toEqual(attributesOf(recorded.messageAttributes));
  });

  test('names the bare NaN of Python', () => {
    const [, recorded] = all.find(([name]) => name === 'nan')!;
    expect(problemOf(() => decodeBy(taskmaster(), messageOf(recorded)))).toMatch(/bare word NaN/);
  });

  test('writes no sender of its own where none is given', () => {
    const { attributes } = encodeBy(taskmaster(), { pattern: 'ping', data: {} });
    expect(attributes).toBeUndefined();
  });

  test('turns what JSON lacks into text only where the lenient codec is asked for', () => {
    const packet = { pattern: 't', data: { n: NaN } };
    const lenient = taskmaster().encode(packet, { queue: 'q', codec: lenientJsonCodec });
    expect(JSON.parse(lenient.body)).toEqual({ task: 't', kwargs: { n: 'NaN' } });
    expect(() => encodeBy(taskmaster(), packet)).toThrow(UnserializableDataError);
  });

  test('reads a task that is a number, an object or an array', () => {
    const number = received('{"task":7,"kwargs":{}}');
    expect(decodeBy(taskmaster(), number).pattern).toBe('7');
    const object = received('{"task":{"cmd":"x"},"kwargs":{}}');
    expect(decodeBy(taskmaster(), object).pattern).toBe('{"cmd":"x"}');
    const array = received('{"task": ["a", 1], "kwargs": {}}');
    expect(decodeBy(taskmaster(), array).pattern).toBe('["a",1]');
  });

  test('sets other fields aside, and writes them back', () => {
    const packet = decodeBy(taskmaster(), received('{"traceId":"t1","kwargs":{},"task":"t"}'));
    expect(packet).toEqual({ pattern: 't', data: {}, meta: { traceId: 't1' } });
    const meta = { ...packet.meta, task: 'other', kwargs: 1 };
    const { body } = encodeBy(taskmaster(), { ...packet, meta });
    expect(JSON.parse(body)).toEqual({ task: 't', kwargs: {}, traceId: 't1' });
  });

  test.each([
    '',
    'null',
    '5',
    '{"task":"t"}',
    '{"kwargs":{}}',
    '{"task":"t","kwargs":null}',
    '{"task":"t","kwargs":[1]}',
    '{"task":true,"kwargs":{}}',
    '{"task":"t","kwargs":{"__proto__":1}}',
  ])('does not read %j', (body) =>
    expect(problemOf(() => decodeBy(taskmaster(), received(body)))).toMatch('cannot be decoded'),
  );

  test.each([undefined, null, [1], 'text', 5])('refuses to send %j', (data) =>
    expect(() => encodeBy(taskmaster(), { pattern: 't', data })).toThrow(UnserializableDataError),
  );
});
