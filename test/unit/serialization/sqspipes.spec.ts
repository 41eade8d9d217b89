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
    const body = '{"value":1,"meta":{"priority":2,"traceId":"t1","more":{"a":[1]}},"extra":true}';
    const packet = decodeBy(format, received(body), 'words-reduce--p2.fifo');
    expect(packet).toEqual({
      pattern: 'words-reduce',
      data: 1,
      meta: { priority: 2, traceId: 't1', more: { a: [1] } },
    });
    expect(JSON.parse(encodeBy(format, packet, 'words-count--p2.fifo').body)).toEqual({
      value: 1,
      meta: { priority: 2, traceId: 't1', more: { a: [1] } },
    });
  });

  // Python takes meta.priority as an index of the next stage's levels, and loses the item where it has too few.
  test.each([
    [{ priority: 3 }, 'w-s--p1.fifo', { priority: 1 }],
    [{ priority: 3 }, 'w-s.fifo', { priority: 0 }],
    [{ priority: '1', a: 1 }, 'w-s.fifo', { priority: 0, a: 1 }],
    [{ priority: null }, 'w-s--p15.fifo', { priority: 15 }],
    [undefined, 'w-s.fifo', { priority: 0 }],
  ])('writes %j to the queue %s with the level of that queue', (meta, queue, written) =>
    expect(metaOf(meta, queue)).toEqual(written),
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
