import { InvalidOptionsError, UnserializableDataError } from '../../../lib/contracts/index.js';
import { rawFormat, sqsWorkers, type SqsWorkersCodec } from '../../../lib/serialization/index.js';
import { unpickle } from '../../support/python-pickle.js';
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

const all = [...recordedBy('sqs-workers'), ...recordedBy('sqs-workers-0.5.0')];
const jobs = all.filter(([, { expected }]) => expected.pattern !== null);
const raw = all.filter(([, { expected }]) => expected.pattern === null);
const readable = jobs.filter(([, recorded]) => isReadable(recorded));
const typed = jobs.filter(([, recorded]) => recorded.expected.pythonTypes === true);
const unreadable = jobs.filter(
  ([, recorded]) => !isReadable(recorded) && recorded.expected.pythonTypes !== true,
);

describe('sqsWorkers', () => {
  test('has recorded messages', () =>
    expect([all, readable, typed, unreadable, raw].map((some) => some.length)).toEqual([
      52, 40, 3, 5, 4,
    ]));

  test.each(readable)('reads what sqs-workers wrote: %s', (_case, recorded) => {
    const { pattern, kwargs, context } = recorded.expected;
    expect(decodeBy(sqsWorkers(), messageOf(recorded))).toEqual({ pattern, data: kwargs, context });
  });

  test.each(readable)('writes what sqs-workers wrote: %s', (_case, recorded) => {
    const { pattern, kwargs, context, contentType } = recorded.expected;
    const codec = contentType as SqsWorkersCodec;
    const packet = { pattern: pattern!, data: kwargs, context };
    const { body, attributes = {} } = encodeBy(sqsWorkers({ codec }), packet);
    const theirs = attributesOf(recorded.messageAttributes);
    expect({ ...attributes, JobContext: {} }).toEqual({ ...theirs, JobContext: {} });
    expect(attributes.JobContext?.dataType).toBe('String');
    expect(plain(codec, body)).toEqual(kwargs);
    expect(plain(codec, attributes.JobContext?.stringValue ?? '')).toEqual(context);
  });

  test.each(typed)('reads what the pickles of sqs-workers are for: %s', (_case, recorded) => {
    const { pattern, context } = recorded.expected;
    const data = {
      tup: [1, 2],
      by: new Uint8Array([0, 255]),
      se: new Set([1]),
      dt: new Date('2020-01-02T03:04:05Z'),
      de: '1.10',
    };
    expect(decodeBy(sqsWorkers(), messageOf(recorded))).toEqual({ pattern, data, context });
  });

  test.each(unreadable)('refuses by name what JavaScript cannot hold: %s', (name, recorded) => {
    const problem = name.endsWith('nan') ? /bare word NaN/ : /the integer 9007199254740993/;
    expect(problemOf(() => decodeBy(sqsWorkers(), messageOf(recorded)))).toMatch(problem);
  });

  test.each(raw)('a raw job is the raw format: %s', (_case, recorded) => {
    const packet = decodeBy(rawFormat, messageOf(recorded), 'cron');
    expect(packet).toEqual({ pattern: 'cron', data: recorded.expected.data });
    expect(encodeBy(rawFormat, packet)).toEqual({ body: recorded.body });
    expect(problemOf(() => decodeBy(sqsWorkers(), messageOf(recorded)))).toMatch('JobName');
  });

  test('writes JSON unless told otherwise, and an empty context where there is none', () => {
    expect(encodeBy(sqsWorkers(), { pattern: 'job', data: { a: 1 } })).toEqual({
      body: '{"a":1}',
      attributes: textAttributes({ ContentType: 'json', JobContext: '{}', JobName: 'job' }),
    });
  });

  test('writes numbers as Python knows them', () => {
    const data = { i: 7, n: -70000, l: -9007199254740991, f: 0.5, z: -0, h: 2 ** 60, nan: NaN };
    const { body } = encodeBy(sqsWorkers({ codec: 'pickle' }), { pattern: 'j', data });
    expect(unpickle(body)).toEqual(
      new Map<string, unknown>([
        ['i', { int: '7' }],
        ['n', { int: '-70000' }],
        ['l', { int: '-9007199254740991' }],
        ['f', { float: 0.5 }],
        ['z', { float: -0 }],
        ['h', { float: 2 ** 60 }],
        ['nan', { float: NaN }],
      ]),
    );
  });

  test("writes a handler's dates, sets, maps, bytes and integers as Python's own", () => {
    const data = {
      at: new Date('2020-01-02T03:04:05.678Z'),
      tags: new Set(['a']),
      counts: new Map([[1, 'one']]),
      bytes: new Uint8Array([0, 255]),
      id: 2n ** 64n,
    };
    const { body, attributes } = encodeBy(sqsWorkers({ codec: 'pickle' }), { pattern: 'j', data });
    const fields = unpickle(body) as Map<string, unknown>;
    expect(fields.get('at')).toMatchObject({ call: 'datetime.datetime' });
    expect(fields.get('tags')).toEqual({ call: '__builtin__.set', args: [['a']] });
    expect(fields.get('counts')).toEqual(new Map([[{ int: '1' }, 'one']]));
    expect(fields.get('bytes')).toMatchObject({ call: '_codecs.encode' });
    expect(fields.get('id')).toEqual({ int: '18446744073709551616' });
    expect(decodeBy(sqsWorkers(), received(body, attributes)).data).toEqual({
      ...data,
      counts: { 1: 'one' },
      id: 2 ** 64,
    });
  });

  test('reads standard base64, without padding, with line breaks', () => {
    const packet = { pattern: 'j', data: { text: '>>>???ÿÿÿ'.repeat(3) }, context: {} };
    const { body, attributes } = encodeBy(sqsWorkers({ codec: 'pickle' }), packet);
    const standard = body.replaceAll('-', '+').replaceAll('_', '/');
    for (const text of [standard, body.replaceAll('=', ''), body.replace(/(.{10})/g, '$1\n')]) {
      expect(decodeBy(sqsWorkers(), received(text, attributes))).toEqual(packet);
    }
  });

  test('reads a message without a context', () => {
    const attributes = textAttributes({ ContentType: 'json', JobName: 'j' });
    expect(decodeBy(sqsWorkers(), received('{}', attributes))).toEqual({ pattern: 'j', data: {} });
  });

  test.each([
    ['no name', '{}', { ContentType: 'json' }],
    ['no codec', '{}', { JobName: 'j' }],
    ['a media type', '{}', { JobName: 'j', ContentType: 'application/json' }],
    ['an inherited name of a codec', '{}', { JobName: 'j', ContentType: 'constructor' }],
    ['a list', '[]', { JobName: 'j', ContentType: 'json' }],
    ['null', 'null', { JobName: 'j', ContentType: 'json' }],
    ['a context that is null', '{}', { JobName: 'j', ContentType: 'json', JobContext: 'null' }],
    ['a context that is a list', '{}', { JobName: 'j', ContentType: 'json', JobContext: '[]' }],
    ['JSON for a pickle', '{}', { JobName: 'j', ContentType: 'pickle' }],
    ['a pickle for JSON', 'eJxrYK2dogcABWYBxQ==', { JobName: 'j', ContentType: 'json' }],
    [
      'a JSON context beside a pickle',
      'eJxrYK2dogcABWYBxQ==',
      { JobName: 'j', ContentType: 'pickle', JobContext: '{}' },
    ],
    ['a refused key', '{"__proto__":1}', { JobName: 'j', ContentType: 'json' }],
  ])('does not read %s', (_name, body, attributes) =>
    expect(
      problemOf(() => decodeBy(sqsWorkers(), received(body, textAttributes(attributes)))),
    ).toMatch('cannot be decoded'),
  );

  test('a name that is bytes is none', () => {
    const binaryValue = Buffer.from('j');
    const attributes = {
      ...textAttributes({ ContentType: 'json' }),
      JobName: { dataType: 'Binary', binaryValue },
    };
    expect(problemOf(() => decodeBy(sqsWorkers(), received('{}', attributes)))).toMatch('JobName');
  });

  test.each([null, undefined, [1], 'text', new Map()])('refuses to send %j', (data) =>
    expect(() => encodeBy(sqsWorkers(), { pattern: 'j', data })).toThrow(UnserializableDataError),
  );

  test.each(['json', 'pickle', 'pickle_compat'] as const)(
    'refuses the context key self, on which every version of sqs-workers fails: %s',
    (codec) => {
      const packet = { pattern: 'j', data: { self: 1 }, context: { user: 1, self: 2 } };
      const write = () => encodeBy(sqsWorkers({ codec }), packet);
      expect(write).toThrow(UnserializableDataError);
      expect(write).toThrow(/context key "self", which sqs-workers keeps for itself/);
    },
  );

  test('writes the keyword self, which sqs-workers gives to a function that has it', () => {
    const packet = { pattern: 'j', data: { self: 1 }, context: { user: 1 } };
    expect(encodeBy(sqsWorkers(), packet).body).toBe('{"self":1}');
  });

  test('refuses a codec that sqs-workers has not, and an empty name', () => {
    const codec = 'yaml' as SqsWorkersCodec;
    expect(() => sqsWorkers({ codec })).toThrow(InvalidOptionsError);
    expect(() => encodeBy(sqsWorkers(), { pattern: '', data: {} })).toThrow(
      UnserializableDataError,
    );
  });
});

function textAttributes(values: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, stringValue]) => [
      name,
      { dataType: 'String', stringValue },
    ]),
  );
}

/** What a body says, as the plain values of the recorded expectation. */
function plain(codec: SqsWorkersCodec, body: string): unknown {
  return codec === 'json' ? (JSON.parse(body) as unknown) : simplify(unpickle(body));
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, field]) => [key, simplify(field)]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return 'int' in value ? Number(value.int) : (value as { float: number }).float;
}
