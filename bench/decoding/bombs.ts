import { deflateSync } from 'node:zlib';
import { pick, type Random, randomFrom, randomJson, randomPickle, randomRich } from './fuzz.js';
import { jsonBombs } from './json-bombs.js';
import { pickle, pickleBombs } from './pickle-bombs.js';
import { richBombs } from './rich-bombs.js';

/** A message that was made to harm whoever decodes it. */
export interface Bomb {
  name: string;
  /** Which format reads it; see `formatOf()`. */
  format: FormatName;
  make(): Letter;
}

export interface Letter {
  body: string;
  attributes: Record<string, string>;
}

export type FormatName =
  | 'native'
  | 'squids'
  | 'taskmaster'
  | 'sqspipes'
  | 'sqs-workers'
  | 'zc.sqs'
  | 'sns'
  | 'event-bridge'
  | 's3-event'
  | 'sns of event-bridge of s3-event';

/** What SQS takes, with some room for attributes. */
const BYTES = 1_048_576 - 1_024;
/** What packed data may unpack to, and more. */
const UNPACKED = [3_000_000, 3_145_000, 16_000_000, 400_000_000];

/** Every bomb, in every place of a message where a decoder meets it. */
export const bombs: readonly Bomb[] = [
  ...inEach(jsonBombs, 'native', ['data', native], ['context', inContext]),
  ...inEach(heavy(jsonBombs), 'native', ['pattern', asPattern], ['text as pattern', asTextPattern]),
  ...inEach(jsonBombs, 'squids', ['args', squids]),
  ...inEach(heavy(jsonBombs), 'taskmaster', ['kwargs', taskmaster]),
  ...inEach(heavy(jsonBombs), 'sqspipes', ['value', sqspipes]),
  ...inEach(heavy(jsonBombs), 'sqs-workers', ['kwargs', workers], ['context', workersContext]),
  ...inEach(heavy(jsonBombs), 'zc.sqs', ['args', zc]),
  ...inEach(jsonBombs, 'sns', ['Message', sns]),
  ...inEach(heavy(jsonBombs), 'sns', ['beside Message', besideSns], ['raw delivery', rawDelivery]),
  ...inEach(heavy(jsonBombs), 'event-bridge', ['detail', eventBridge]),
  ...inEach(heavy(jsonBombs), 's3-event', ['Records', s3]),
  ...inEach(heavy(jsonBombs), 'sns of event-bridge of s3-event', ['Message', sns]),
  ...packed('json+deflate', jsonBombs),
  ...inEach(richBombs, 'native', ['rich', rich]),
  ...inEach(jsonBombs, 'native', ['JSON as rich', rich]),
  ...packed('rich+deflate', richBombs),
  ...pickles(),
  ...oddBombs(),
];

/** Bombs of random make, the same for the same seed. */
export function fuzzed(seed: number, count: number): Bomb[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, n) => {
    const { format, make } = pick(random, randomKinds)(random);
    return { name: `random ${seed}-${n}, ${format}`, format, make };
  });
}

type RandomBomb = (random: Random) => Pick<Bomb, 'format' | 'make'>;

const randomKinds: readonly RandomBomb[] = [
  ...[native, inContext, asPattern].map(randomIn('native')),
  randomIn('squids')(squids),
  randomIn('sns')(sns),
  randomIn('sns of event-bridge of s3-event')(sns),
  randomIn('sqs-workers')(workersContext),
  (random) => randomPacked('json+deflate', random, randomJson(random)),
  (random) => randomPacked('rich+deflate', random, randomRich(random)),
  (random) => ({ format: 'native', make: always(rich(randomRich(random))) }),
  (random) => {
    const make = randomPickle(random);
    const attributes = { ContentType: 'pickle', JobName: 'j' };
    const body = packUpTo(pick(random, UNPACKED.slice(0, 2)), make);
    return { format: 'sqs-workers', make: always({ body, attributes }) };
  },
];

function randomIn(format: FormatName) {
  return (letter: (text: (size: number) => string) => Letter): RandomBomb =>
    (random) => ({ format, make: always(letter(randomJson(random))) });
}

function randomPacked(
  codec: 'json+deflate' | 'rich+deflate',
  random: Random,
  text: (size: number) => string,
): ReturnType<RandomBomb> {
  const body = packUpTo(pick(random, UNPACKED.slice(0, 2)), (size) =>
    codec === 'json+deflate' ? `{"pattern":"p","data":${text(size - 40)}}` : text(size),
  );
  return { format: 'native', make: always({ body, attributes: { ContentType: codec } }) };
}

// Made at once: what is random must not depend on when it is asked for.
function always(letter: Letter): () => Letter {
  return () => letter;
}

type Texts = Readonly<Record<string, (size: number) => string>>;
type Place = [place: string, letter: (text: (size: number) => string) => Letter];

function inEach(texts: Texts, format: FormatName, ...places: Place[]): Bomb[] {
  return places.flatMap(([place, letter]) =>
    Object.entries(texts).map(([name, text]) => ({
      name: `${format}, ${place}: ${name}`,
      format,
      make: () => letter(text),
    })),
  );
}

/** Those that took most when nothing was bounded: for the many places that share one decoder. */
function heavy(texts: Texts): Texts {
  const names = [
    'objects of 30 new fields',
    'known fields in all orders',
    'objects with the key 34',
    'nested arrays',
    'long exact integers',
    'keys that may be dangerous',
    'a mix of all',
  ];
  return Object.fromEntries(Object.entries(texts).filter(([name]) => names.includes(name)));
}

/** As much of it as there is room for. */
function fitted(text: (size: number) => string, room = BYTES - 400, size = room): string {
  const made = text(size);
  return Buffer.byteLength(made) <= room ? made : fitted(text, room, Math.floor(size * 0.9));
}

function native(text: (size: number) => string): Letter {
  return plain(`{"pattern":"p","data":${fitted(text)}}`);
}

function inContext(text: (size: number) => string): Letter {
  return plain(`{"pattern":"p","context":{"a":${fitted(text)}}}`);
}

function asPattern(text: (size: number) => string): Letter {
  return plain(`{"pattern":${fitted(text)},"data":1}`);
}

// Escaping makes it longer: less of it fits.
function asTextPattern(text: (size: number) => string): Letter {
  return plain(JSON.stringify({ pattern: `{"a":${fitted(text, BYTES / 2)}}`, data: 1 }));
}

function squids(text: (size: number) => string): Letter {
  return plain(`{"task":"t","args":[${fitted(text)}],"kwargs":{}}`);
}

function taskmaster(text: (size: number) => string): Letter {
  return plain(`{"task":"t","kwargs":{"a":${fitted(text)}}}`);
}

function sqspipes(text: (size: number) => string): Letter {
  return plain(`{"meta":{},"value":${fitted(text)}}`);
}

function workers(text: (size: number) => string): Letter {
  const attributes = { ContentType: 'json', JobName: 'j' };
  return { body: `{"a":${fitted(text)}}`, attributes };
}

function workersContext(text: (size: number) => string): Letter {
  const half = fitted(text, BYTES / 2 - 200);
  const attributes = { ContentType: 'json', JobName: 'j', JobContext: `{"a":${half}}` };
  return { body: `{"a":${half}}`, attributes };
}

function zc(text: (size: number) => string): Letter {
  return plain(Buffer.from(`[[${fitted(text, (BYTES * 3) / 4 - 400)}],{}]`).toString('base64'));
}

function sns(text: (size: number) => string): Letter {
  return plain(JSON.stringify({ ...envelope, Message: native((size) => text(size / 2)).body }));
}

function besideSns(text: (size: number) => string): Letter {
  return plain(`${JSON.stringify(envelope).slice(0, -1)},"Message":"{}","x":${fitted(text)}}`);
}

function rawDelivery(text: (size: number) => string): Letter {
  return plain(`{"pattern":"p","Type":"x","data":${fitted(text)}}`);
}

const envelope = {
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
  MessageId: 'm',
  Timestamp: '2026-01-01T00:00:00.000Z',
};

function eventBridge(text: (size: number) => string): Letter {
  const facts = { version: '0', id: 'i', source: 's', account: '1', time: 't', region: 'r' };
  const event = JSON.stringify({ ...facts, 'detail-type': 'p', resources: [] });
  return plain(`${event.slice(0, -1)},"detail":{"a":${fitted(text)}}}`);
}

function s3(text: (size: number) => string): Letter {
  return plain(`{"Records":[{"eventSource":"aws:s3","s3":{}},${fitted(text)}]}`);
}

function rich(text: (size: number) => string): Letter {
  return { body: fitted(text), attributes: { ContentType: 'rich' } };
}

function plain(body: string): Letter {
  return { body, attributes: {} };
}

function packed(codec: 'json+deflate' | 'rich+deflate', texts: Texts): Bomb[] {
  return UNPACKED.slice(0, 3).flatMap((size) =>
    Object.entries(texts).map(([name, text]) => ({
      name: `native, ${codec} of ${size}: ${name}`,
      format: 'native' as const,
      make: () => ({
        body: packUpTo(size, (room) =>
          codec === 'json+deflate' ? `{"pattern":"p","data":${text(room - 40)}}` : text(room),
        ),
        attributes: { ContentType: codec },
      }),
    })),
  );
}

function pickles(): Bomb[] {
  const attributes = { ContentType: 'pickle', JobName: 'j' };
  return UNPACKED.slice(0, 2).flatMap((size) =>
    Object.entries(pickleBombs).map(([name, make]) => ({
      name: `sqs-workers, pickle of ${size}: ${name}`,
      format: 'sqs-workers' as const,
      make: () => ({ body: packUpTo(size, make), attributes }),
    })),
  );
}

/** Packs as much as SQS takes. */
function packUpTo(size: number, make: (size: number) => string | Buffer): string {
  const body = deflateSync(make(size)).toString('base64');
  return body.length <= BYTES ? body : packUpTo(Math.floor(size * 0.8), make);
}

function pack(text: string | Buffer, codec: string): Letter {
  return { body: deflateSync(text).toString('base64'), attributes: { ContentType: codec } };
}

function oddBombs(): Bomb[] {
  const [, , , huge = 0] = UNPACKED;
  return [
    odd('nothing but one letter, unpacked', () => pack(Buffer.alloc(huge, 'N'), 'json+deflate')),
    odd('packed twice', () => {
      const once = pack(Buffer.alloc(huge, ' '), 'json+deflate').body;
      return pack(`"${once}"`, 'json+deflate');
    }),
    odd('base64 with white space between letters', () => ({
      body: 'A '.repeat(BYTES / 2),
      attributes: { ContentType: 'json+deflate' },
    })),
    odd('base64 that ends badly', () => ({
      body: `${'A'.repeat(BYTES - 2)}!`,
      attributes: { ContentType: 'json+deflate' },
    })),
    odd('base64 of equals signs', () => ({
      body: `A${'='.repeat(BYTES - 2)}!`,
      attributes: { ContentType: 'json+deflate' },
    })),
    odd('a long name of a codec', () => ({
      body: '{}',
      attributes: { ContentType: 'x'.repeat(BYTES) },
    })),
    odd('a long pattern', () => plain(`{"pattern":"${'p'.repeat(BYTES - 40)}","data":1}`)),
    odd('a pattern of braces', () => plain(`{"pattern":"${'{'.repeat(BYTES - 40)}","data":1}`)),
    odd('a byte order mark and a bomb', () => plain(`\uFEFF${'['.repeat(BYTES - 10)}`)),
    {
      name: 'sns: a long name of a topic',
      format: 'sns',
      make: () =>
        plain(JSON.stringify({ ...envelope, TopicArn: `arn:aws:sns:${'a-'.repeat(BYTES / 3)}` })),
    },
    {
      name: 'zc.sqs: base64 with white space between letters',
      format: 'zc.sqs',
      make: () => plain('A\n'.repeat(BYTES / 2)),
    },
    {
      name: 'sqs-workers: two packed halves',
      format: 'sqs-workers',
      make: () => {
        const rows = pickleBombs['ordinary rows']?.(2_000_000) ?? pickle(Buffer.from('N'));
        const half = pack(rows, 'pickle').body;
        return {
          body: half,
          attributes: { ContentType: 'pickle', JobName: 'j', JobContext: half },
        };
      },
    },
  ];
}

function odd(name: string, make: () => Letter): Bomb {
  return { name: `native: ${name}`, format: 'native', make };
}
