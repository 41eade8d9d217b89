import { UnserializableDataError } from '../../../lib/contracts/index.js';
import { sqspipes } from '../../../lib/serialization/index.js';
import {
  decodeBy,
  encodeBy,
  problemOf,
  isReadable,
  messageOf,
  received,
  recordedBy,
} from '../../support/recorded.js';

const all = recordedBy('sqspipes');
const readable = all.filter(([, recorded]) => isReadable(recorded));
const format = sqspipes();

describe('sqspipes', () => {
  test('has recorded messages', () => expect([all.length, readable.length]).toEqual([13, 11]));

  test.each(readable)('reads what sqspipes wrote: %s', (_case, recorded) => {
    const { pattern, data, priority } = recorded.expected;
    const packet = decodeBy(format, messageOf(recorded), recorded.queueName);
    expect(packet).toEqual({ pattern, data, meta: { priority } });
  });

  test.each(readable)('writes what sqspipes wrote: %s', (_case, recorded) => {
    const { pattern, data } = recorded.expected;
    const packet = { pattern: pattern!, data };
    const { body, attributes } = encodeBy(format, packet, recorded.queueName);
    expect(JSON.parse(body)).toEqual(JSON.parse(recorded.body));
    expect(attributes).toBeUndefined();
  });

  test.each([
    ['value-nan', /bare word NaN/],
    ['value-big-int', /9007199254740993/],
  ])('names what JavaScript cannot hold: %s', (name, problem) => {
    const [, recorded] = all.find(([one]) => one === name)!;
    expect(problemOf(() => decodeBy(format, messageOf(recorded)))).toMatch(problem);
  });

  test('passes on what it does not know of meta', () => {
    const body = '{"value":1,"meta":{"priority":2,"trace":{"id":"t"}},"more":true}';
    const packet = decodeBy(format, received(body), 'words-reduce--p1.fifo');
    expect(packet.pattern).toBe('words-reduce');
    expect(JSON.parse(encodeBy(format, packet).body)).toEqual({
      value: 1,
      meta: { priority: 2, trace: { id: 't' } },
    });
  });

  test('takes the priority from meta, and from the queue where meta has none', () => {
    expect(metaOf({ priority: 3 }, 'w-s--p1.fifo')).toEqual({ priority: 3 });
    expect(metaOf({ a: 1 }, 'w-s--p1.fifo')).toEqual({ a: 1, priority: 1 });
    expect(metaOf(undefined, 'w-s.fifo')).toEqual({ priority: 0 });
  });

  test.each(['1', 1.5, -1, true, null, NaN])(
    'refuses the priority %j, which hangs or crashes a Python stage',
    (priority) => {
      const write = () => encodeBy(format, { pattern: 'p', data: 0, meta: { priority } });
      expect(write).toThrow(UnserializableDataError);
      expect(write).toThrow('$.meta.priority');
    },
  );

  test('refuses to send undefined', () =>
    expect(() => encodeBy(format, { pattern: 'p', data: undefined })).toThrow(
      UnserializableDataError,
    ));

  test('reads a message whose meta is no object, as the last stage does', () => {
    expect(decodeBy(format, received('{"meta":null,"value":7}'), 'd-s.fifo')).toEqual({
      pattern: 'd-s',
      data: 7,
    });
  });

  test.each(['x', '[]', '{}', '{"meta":{}}', '{"value":1}', '{"meta":{},"value":{"__proto__":1}}'])(
    'does not read %j',
    (body) =>
      expect(problemOf(() => decodeBy(format, received(body)))).toMatch('cannot be decoded'),
  );
});

function metaOf(meta: Record<string, unknown> | undefined, queue: string): unknown {
  const { body } = encodeBy(format, { pattern: 'p', data: 0, meta }, queue);
  return (JSON.parse(body) as { meta: unknown }).meta;
}
