import { isDeepStrictEqual } from 'node:util';
import { deflateSync } from 'node:zlib';
import {
  DECODING_LIMITS,
  decodeTask,
  UnserializableDataError,
  type Codec,
  type MessageFormat,
} from '../../../lib/contracts/index.js';
import {
  createCodecLookup,
  eventBridge,
  jsonCodec,
  nativeFormat,
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
import { bombs, type FormatName, fuzzed } from '../../../bench/decoding/bombs.js';
import { list, word } from '../../../bench/decoding/json-bombs.js';
import { pickle, pickleBombs } from '../../../bench/decoding/pickle-bombs.js';
import { attributesOfTexts, orUndecodable, problemOf, received } from '../../support/recorded.js';

const MIB = 1_048_576;
const codecs = createCodecLookup();
const { values, containers, depth, bigIntDigits, hashedNumbers, unpackedBytes } = DECODING_LIMITS;

const formats: Record<FormatName, MessageFormat> = {
  native: nativeFormat,
  squids: squids(),
  taskmaster: taskmaster(),
  sqspipes: sqspipes(),
  'sqs-workers': sqsWorkers(),
  'zc.sqs': zcSqs(),
  sns: sns(),
  'event-bridge': eventBridge(),
  's3-event': s3Event(),
  'sns of event-bridge of s3-event': sns({ format: eventBridge({ format: s3Event() }) }),
};

describe('A megabyte of ordinary data', () => {
  test.each([
    ['100,000 numbers', list(MIB, (n) => String(1_000_000 + n))],
    ['as many digits as fit', list(MIB, () => '1')],
    ['rows', list(MIB, (n) => `{"id":${n},"sku":"A-${n}","quantity":2,"price":10.5}`)],
    ['rows of one short field', list(MIB, () => '{"a":1}')],
    ['pairs', list(MIB, (n) => `[${n}.5,${n}]`)],
    ['empty objects', list(MIB, () => '{}')],
    ['empty arrays, with white space', list(MIB, () => '[ ]')],
    ['texts', list(MIB, (n) => `"text \\"${n}\\" \\u00e9"`)],
    ['a dictionary', `{${list(MIB, (n) => `"key-${n}":{"n":${n}}`).slice(1, -1)}}`],
    ['a dictionary by number', `{${list(MIB, (n) => `"${n}":"value ${n}"`).slice(1, -1)}}`],
    ['a wide table', list(MIB, () => wideRow())],
    ['rows that lack some fields', list(MIB, (n) => rowWithout(n % 10))],
    ['a tree', treeText()],
    ['one text', JSON.stringify('x'.repeat(MIB - 100))],
    ['laid out over lines', JSON.stringify(JSON.parse(list(MIB / 3, rowOf)), undefined, 2)],
  ])('is read: %s', (_name, text) => {
    expect(isDeepStrictEqual(jsonCodec.decode(text), JSON.parse(text))).toBe(true);
  });

  test('is read where it was packed to fit', () => {
    const rows = JSON.parse(list(3 * MIB, rowOf)) as unknown;
    const { text, codec } = codecs('json+deflate').encodeNamed?.(rows) ?? { text: '', codec: '' };
    expect(codec).toBe('json+deflate');
    expect(isDeepStrictEqual(codecs(codec).decode(text), rows)).toBe(true);
  });

  test('is read with what JSON cannot carry', () => {
    const rows = Array.from({ length: 8_000 }, (_, n) => ({
      at: new Date(n),
      ids: new Set([`a${n}`, n % 2 === 0]),
      amount: BigInt(n),
    }));
    expect(isDeepStrictEqual(richCodec.decode(richCodec.encode(rows)), rows)).toBe(true);
  });
});

describe('The budget of one message', () => {
  const packed = codecs('json+deflate');

  test.each([
    ['values', nums(values - 1), nums(values), `more than ${values} values`],
    [
      'arrays and objects',
      listOf(containers - 1, '[]'),
      listOf(containers, '{}'),
      'arrays and obj',
    ],
    ['levels', nested(depth), nested(depth + 1), 'nested deeper than 1000 levels'],
    [
      'different fields',
      rowsOfNewFields(23_990),
      rowsOfNewFields(24_010),
      'too many different fie',
    ],
    ['names in one object', oneObject(119_000), oneObject(121_000), 'too many different fields'],
  ])('bounds %s of JSON', (_name, within, beyond, problem) => {
    expect(orUndecodable(() => packed.decode(pack(within)))).toBeDefined();
    expect(problemOf(() => packed.decode(pack(beyond)))).toContain(problem);
  });

  test.each([
    [
      'digits of a BigInt',
      richBigInt(bigIntDigits),
      richBigInt(bigIntDigits + 1),
      'BigInt of more',
    ],
    ['numbers of a set', richSet(hashedNumbers), richSet(hashedNumbers + 1), 'numbers as keys'],
    ['BigInts of a map', richMap(hashedNumbers / 10), richMap(hashedNumbers / 10 + 1), 'as keys'],
  ])('bounds %s', (_name, within, beyond, problem) => {
    expect(orUndecodable(() => richCodec.decode(within))).toBeDefined();
    expect(problemOf(() => richCodec.decode(beyond))).toContain(problem);
  });

  test('bounds what packed data unpacks to', () => {
    expect(packed.decode(pack(JSON.stringify('x'.repeat(unpackedBytes - 2))))).toHaveLength(
      unpackedBytes - 2,
    );
    expect(problemOf(() => packed.decode(pack(' '.repeat(unpackedBytes + 1))))).toBe(
      problemOf(() => packed.decode(pack(' '.repeat(40_000_000)))),
    );
    expect(problemOf(() => packed.decode(pack(' '.repeat(unpackedBytes + 1))))).toContain(
      `unpacks to more than ${unpackedBytes} bytes`,
    );
  });

  test('counts shared parts of rich data and pickles each time that they appear', () => {
    const shared = `[[${'1,'.repeat(999)}1],[${'2,'.repeat(999)}2],"x"]`;
    expect(problemOf(() => richCodec.decode(shared))).toMatch(/more than \d+ (values|characters)/);
    expect(
      problemOf(() => readPickle(pickleBombs['ten of ten of ten']?.(0) ?? pickle(noBytes))),
    ).toMatch('values');
  });

  test('names a cycle as one, however wide it is', () => {
    const wide = `[[${'0,'.repeat(2_000)}0]]`;
    expect(problemOf(() => richCodec.decode(wide))).toContain('a cycle at $[0]');
    const late = `[[${'-1,'.repeat(2_000)}0]]`;
    expect(problemOf(() => richCodec.decode(late))).toContain('a cycle at $[2000]');
  });

  test('is shared by the body and what lies beside it', () => {
    const half = pack(`{"a":${nums(400_000)}}`);
    const texts = { ContentType: 'pickle', JobName: 'j' };
    const body = deflateSync(pickleBombs['one list of numbers']?.(800_000) ?? noBytes).toString(
      'base64',
    );
    expect(decodeBy(sqsWorkers(), body, texts)).toBeDefined();
    expect(problemOf(() => decodeBy(sqsWorkers(), body, { ...texts, JobContext: body }))).toContain(
      'values',
    );
    expect(problemOf(() => codecs('json').decode(half))).toContain('not JSON');
  });

  test('is shared by an envelope and what it holds', () => {
    const row = list(300_000, () => '[]');
    const inner = JSON.stringify({ pattern: 'p', data: row });
    const notification = {
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
      MessageId: 'm',
      Timestamp: 't',
      Message: inner.replace(`"${row}"`, pairs(180_000)),
    };
    expect(decodeBy(sns(), JSON.stringify(notification)).pattern).toBe('p');
    const beside = JSON.stringify(notification).replace(/\}$/, `,"x":${pairs(180_000)}}`);
    expect(problemOf(() => decodeBy(sns(), beside))).toContain('arrays and objects');
  });

  test('is given to codecs of a user that ask for it, and others decode as they do', () => {
    const plain: Codec = { name: 'plain', encode: String, decode: (text) => JSON.parse(text) };
    const body = '{"task":"t","args":[],"kwargs":{}}';
    expect(decodeBy(squids({ codec: plain }), body).pattern).toBe('t');
    const seen: unknown[] = [];
    const bounded: Codec = {
      ...plain,
      decodeWithin(text, budget) {
        seen.push(budget.limits);
        return plain.decode(text);
      },
    };
    expect(decodeBy(squids({ codec: bounded }), body).pattern).toBe('t');
    expect(seen).toEqual([DECODING_LIMITS]);
  });

  test('is one for each message', () => {
    for (let turn = 0; turn < 3; turn++) {
      expect(decodeBy(nativeFormat, `{"pattern":"p","data":${nums(400_000)}}`).pattern).toBe('p');
    }
  });

  test('refuses a pattern too long to look up, and shortens it in the error', () => {
    const long = 'p'.repeat(1_000_000);
    const deep = `{"a":${'{"a":'.repeat(4)}${JSON.stringify(long)}${'}'.repeat(4)}}`;
    for (const pattern of [JSON.stringify(long), JSON.stringify(`{${long}`), deep]) {
      const problem = problemOf(() => decodeBy(nativeFormat, `{"pattern":${pattern},"data":1}`));
      expect(problem).toContain('its pattern has more than 1024 characters');
    }
    expect(
      problemOf(() => decodeBy(sqsWorkers(), '{}', { ContentType: 'json', JobName: long })),
    ).toContain('pattern has more than');
  });

  test('keeps what it refuses out of the error', () => {
    const long = 'x'.repeat(500_000);
    const texts = [
      problemOf(() => decodeBy(nativeFormat, '{}', { ContentType: long })),
      problemOf(() => decodeBy(sqsWorkers(), '{}', { ContentType: long, JobName: 'j' })),
      problemOf(() => decodeBy(eventBridge({ sources: ['a'] }), eventOf(long))),
      problemOf(() => readPickle(twice(long))),
      problemOf(() => decodeBy(s3Event(), JSON.stringify({ Records: [{ eventSource: long }] }))),
    ];
    for (const text of texts) expect(text.length).toBeLessThan(1_000);
  });
});

describe('A message that was made to harm', () => {
  // All of them are run by the benchmark; these show each format.
  const some = bombs.filter(({ name }, index) => index % 67 === 0 && !name.includes('of 16000000'));

  test.each([...some, ...fuzzed(7, 5)].map((bomb) => [bomb.name, bomb] as const))(
    'is read or refused: %s',
    (_name, { format, make }) => {
      const { body, attributes } = make();
      const packet = orUndecodable(() => decodeBy(formats[format], body, attributes));
      expect(typeof (packet?.pattern ?? '')).toBe('string');
    },
  );

  test.each([
    ['a memo whose numbers collide', 'a memo of numbers that collide'],
    ['a memo of far numbers', 'a memo of far numbers'],
    ['a set whose numbers collide', 'one set of numbers that collide'],
    ['dicts with a key that takes a thousand places', 'dicts with the key 1023'],
    ['dicts of new fields', 'dicts of one new field'],
    ['dicts that are filled in turns', 'dicts that are filled in turns'],
    ['bytes without content', 'empty bytes'],
  ])('is refused: a pickle with %s', (_name, bomb) => {
    const bytes = pickleBombs[bomb]?.(600_000) ?? noBytes;
    expect(problemOf(() => readPickle(bytes))).toMatch(/more than \d+/);
  });
});

describe('A sender', () => {
  test('is told where data have more in them than a receiver reads', () => {
    const shared = Array.from({ length: 1_000 }, (_, n) => n);
    const data = Array.from({ length: 1_000 }, () => shared);
    expect(() => richCodec.encode(data)).toThrow(UnserializableDataError);
    expect(() => richCodec.encode(data)).toThrow(`more than ${values} values`);
  });
});

const noBytes = Buffer.alloc(0);

function decodeBy(format: MessageFormat, body: string, texts: Record<string, string> = {}) {
  return decodeTask(format, received(body, attributesOfTexts(texts)), { queue: 'q', codecs });
}

function pack(text: string): string {
  return deflateSync(text).toString('base64');
}

function nums(count: number): string {
  return `[${'1,'.repeat(count - 1)}1]`;
}

function listOf(count: number, item: string): string {
  return `[${`${item},`.repeat(count - 1)}${item}]`;
}

function pairs(count: number): string {
  return `[${'[],'.repeat(count - 1)}[]]`;
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function rowsOfNewFields(count: number): string {
  return `[${Array.from({ length: count }, (_, n) => `{"${word(n)}":1}`).join(',')}]`;
}

function oneObject(count: number): string {
  return `{${Array.from({ length: count }, (_, n) => `"f${n}":1`).join(',')}}`;
}

function richBigInt(digits: number): string {
  return `[["BigInt","${'7'.repeat(digits)}"]]`;
}

function richSet(count: number): string {
  const numbers = Array.from({ length: count }, (_, n) => n);
  return `[["Set",${numbers.map((n) => n + 1).join(',')}],${numbers.join(',')}]`;
}

function richMap(count: number): string {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const entries = numbers.map((n) => `${n + 1},-1`).join(',');
  return `[["Map",${entries}],${numbers.map((n) => `["BigInt","${n}"]`).join(',')}]`;
}

function rowOf(n: number): string {
  return `{"id":${n},"name":"name ${n}","tags":["a","b"],"address":{"city":"c","zip":"${n}"}}`;
}

function wideRow(): string {
  return `{${Array.from({ length: 900 }, (_, n) => `"column ${n}":${n}`).join(',')}}`;
}

function rowWithout(field: number): string {
  const fields = Array.from({ length: 10 }, (_, n) => `"f${n}":${n}`);
  return `{${fields.filter((_, n) => n !== field).join(',')}}`;
}

function treeText(): string {
  const tree = (level: number): unknown =>
    level === 0 ? 'leaf' : { left: tree(level - 1), right: tree(level - 1), level };
  return JSON.stringify(tree(14));
}

function eventOf(source: string): string {
  const facts = { version: '0', id: 'i', account: '1', time: 't', region: 'r', resources: [] };
  return JSON.stringify({ ...facts, source, 'detail-type': 'p', detail: {} });
}

function twice(key: string): Buffer {
  const text = Buffer.concat([Buffer.from('X'), Buffer.alloc(4), Buffer.from(key)]);
  text.writeUInt32LE(key.length, 1);
  const item = Buffer.concat([text, Buffer.from('N')]);
  return pickle(Buffer.concat([Buffer.from('}('), item, item, Buffer.from('u')]));
}
