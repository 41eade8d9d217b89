import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { MessageAttributes, MessageFormat } from '../../../lib/contracts/index.js';
import {
  compressed,
  createCodecLookup,
  eventBridge,
  nativeFormat,
  rawFormat,
  richCodec,
  s3Event,
  sns,
  sqspipes,
  sqsWorkers,
  squids,
  taskmaster,
  zcSqs,
} from '../../../lib/serialization/index.js';
import { readPickle } from '../../../lib/serialization/pickle/pickle-reader.js';
import {
  decodeBy,
  messageOf,
  orUndecodable,
  problemOf,
  received,
  recordedBy,
} from '../../support/recorded.js';

const formats: MessageFormat[] = [
  nativeFormat,
  rawFormat,
  squids(),
  taskmaster(),
  sqspipes(),
  sqsWorkers(),
  zcSqs(),
  sns(),
  eventBridge(),
  s3Event(),
];
const byName = formats.map((format): [string, MessageFormat] => [format.name, format]);
const libraries = [
  'sqs-workers',
  'sqs-workers-0.5.0',
  'sqspipes',
  'sqstaskmaster',
  'squids',
  'zc-sqs',
];
const recorded = libraries.flatMap((library) => recordedBy(library)).map(([, one]) => one);

const fields = fc.constantFrom(
  'task',
  'args',
  'kwargs',
  'meta',
  'value',
  'priority',
  'pattern',
  'data',
  'context',
  'Type',
  'TopicArn',
  'Message',
  'detail-type',
  'detail',
  'source',
  'Records',
  's3',
  'bucket',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'length',
);
const trees = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(null, true, 0, 2 ** 60, '', 'Notification', 'aws:s3'),
    fc.string({ maxLength: 8 }),
    fc.dictionary(fields, tie('node'), { maxKeys: 4 }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node;
const jsonTexts = trees.map((tree) => JSON.stringify(tree));
const texts = fc.oneof(
  jsonTexts,
  jsonTexts.map((text) => Buffer.from(text).toString('base64')),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...recorded).chain(({ body }) => mutationsOf(body)),
);
const attributeSets = fc
  .record({
    ContentType: fc.constantFrom('json', 'pickle', 'pickle_compat', 'rich', 'json+deflate', 'x'),
    JobName: fc.constantFrom('job', ''),
    JobContext: jsonTexts,
  })
  .map(textAttributes);

describe('Whatever a stranger sends', () => {
  test.each(byName)('%s reads it or says that it cannot', (_name, format) => {
    fc.assert(
      fc.property(texts, attributeSets, (body, attributes) => {
        const packet = orUndecodable(() => decodeBy(format, received(body, attributes)));
        expect(typeof (packet?.pattern ?? '')).toBe('string');
      }),
      { numRuns: 100 },
    );
  });

  test.each(byName)("%s reads every library's messages or says that it cannot", (_name, format) => {
    for (const one of recorded) {
      const packet = orUndecodable(() => decodeBy(format, messageOf(one)));
      expect(typeof (packet?.pattern ?? '')).toBe('string');
    }
  });

  test('pickles are read, or refused as messages that cannot be decoded', () => {
    const opcodes = fc.constantFrom(
      ...Buffer.from('N\x88K\x07}])(taesu\x8f\x90\x91q\x00h\x00\x94.', 'latin1'),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(opcodes, { maxLength: 60 }).map((codes) => Uint8Array.from(codes)),
    );
    fc.assert(
      fc.property(bytes, (operations) => {
        const pickle = Buffer.concat([Buffer.from([0x80, 4]), operations, Buffer.from('.')]);
        const value = orUndecodable(() => readPickle(pickle));
        expect(() => JSON.stringify(value)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test('codecs read it, or say that it cannot be decoded', () => {
    const lookup = createCodecLookup();
    const codecs = ['json', 'lenient', 'rich', 'json+deflate', 'rich+deflate'].map(lookup);
    const packed = jsonTexts.map((text) => deflateSync(text).toString('base64'));
    fc.assert(
      fc.property(fc.oneof(texts, packed), (text) => {
        for (const codec of codecs) orUndecodable(() => codec.decode(text));
        expect(stateOfPrototypes()).toEqual(untouched);
      }),
      { numRuns: 150 },
    );
  });

  test('rich data is read, or refused', () => {
    const kinds = fc.constantFrom('Map', 'Set', 'Date', 'BigInt', 'Object', 'null', 'Uint8Array');
    const entry = fc.oneof(
      fc.array(fc.integer({ min: -8, max: 9 }), { maxLength: 4 }),
      fc.tuple(kinds, fc.integer({ min: -8, max: 9 }), fc.integer({ min: -8, max: 9 })),
      fc.tuple(fc.constantFrom('ArrayBuffer', 'BigInt', 'Date', 'RegExp'), fc.string()),
      fc.dictionary(fields, fc.integer({ min: -8, max: 9 }), { maxKeys: 3 }),
      fc.constantFrom(null, 1, 'text'),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
        const value = orUndecodable(() => richCodec.decode(JSON.stringify(entries)));
        expect(() => structuredClone(value)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['nativeFormat', nativeFormat, (inner: string) => `{"pattern":"p","data":${inner}}`],
    ['squids', squids(), (inner: string) => `{"task":"t","args":[${inner}],"kwargs":{}}`],
    ['taskmaster', taskmaster(), (inner: string) => `{"task":"t","kwargs":{"a":${inner}}}`],
    ['sqspipes', sqspipes(), (inner: string) => `{"meta":{},"value":${inner}}`],
    ['sqsWorkers', sqsWorkers(), (inner: string) => `{"a":${inner}}`],
    ['zcSqs', zcSqs(), (inner: string) => `[[${inner}],{}]`],
  ])('%s refuses keys that change prototypes, and nesting', (_name, format, bodyWith) => {
    const attributes = textAttributes({ ContentType: 'json', JobName: 'j' });
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const harm = ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', deep];
    for (const inner of harm) {
      const message = received(bodyWith(inner), format === nativeFormat ? {} : attributes);
      expect(problemOf(() => decodeBy(format, message))).toMatch(/refused|nested deeper/);
    }
    const fine = received(bodyWith('1'), format === nativeFormat ? {} : attributes);
    expect(decodeBy(format, fine).data).toBeDefined();
  });

  test('a small message never becomes a large one', () => {
    const bomb = deflateSync(Buffer.alloc(17 * 1024 * 1024, 'N')).toString('base64');
    const pickled = received(bomb, textAttributes({ ContentType: 'pickle', JobName: 'j' }));
    expect(problemOf(() => decodeBy(sqsWorkers(), pickled))).toMatch('unpacks to more than');
    const packed = received(bomb, textAttributes({ ContentType: compressed().name }));
    expect(problemOf(() => decodeBy(nativeFormat, packed))).toMatch('unpacks to more than');
  });
});

const untouched = stateOfPrototypes();

// oxlint-disable-next-line vitest/no-standalone-expect
afterEach(() => expect(stateOfPrototypes()).toEqual(untouched));

function stateOfPrototypes(): PropertyKey[] {
  return [Object.prototype, Array.prototype, Map.prototype].flatMap((one) => Reflect.ownKeys(one));
}

function mutationsOf(body: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: Math.max(0, body.length - 1) });
  return fc
    .tuple(place, place, fc.string({ maxLength: 3 }))
    .map(
      ([from, to, text]) =>
        body.slice(0, Math.min(from, to)) + text + body.slice(Math.max(from, to)),
    );
}

function textAttributes(values: Record<string, string>): MessageAttributes {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
  );
}
