import { deflateSync } from 'node:zlib';
import type { MessageFormat } from '../../../lib/contracts/index.js';
import {
  createCodecLookup,
  eventBridge,
  jsonCodec,
  lenientJsonCodec,
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
import { attributesOfTexts, decodeBy, problemOf, received } from '../../support/recorded.js';

type BodyWith = (value: string) => string;

const native: BodyWith = (value) => `{"pattern":"p","data":${value}}`;
const event = { version: '0', id: 'i', source: 's', account: '1', time: 't', region: 'r' };
const notification = {
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
  MessageId: 'm',
  Timestamp: 't',
};
const workers = { ContentType: 'json', JobName: 'j' };

/** Every format that reads JSON: a body with a value of JSON in its data, and attributes that it needs. */
const formats: [
  name: string,
  format: MessageFormat,
  body: BodyWith,
  texts?: Record<string, string>,
][] = [
  ['native', nativeFormat, native],
  ['native, packed', nativeFormat, packed, { ContentType: 'json+deflate' }],
  [
    'native, rich',
    nativeFormat,
    (value) => `[{"pattern":1,"data":2},"p",${value}]`,
    { ContentType: 'rich' },
  ],
  ['squids', squids(), (value) => `{"task":"t","args":[${value}],"kwargs":{}}`],
  [
    'squids with a codec',
    squids({ codec: lenientJsonCodec }),
    (value) => `{"task":"t","args":[${value}],"kwargs":{}}`,
  ],
  ['taskmaster', taskmaster(), (value) => `{"task":"t","kwargs":{"a":${value}}}`],
  ['sqspipes', sqspipes(), (value) => `{"meta":{},"value":${value}}`],
  ['sqs-workers', sqsWorkers(), (value) => `{"a":${value}}`, workers],
  ['zc.sqs', zcSqs(), (value) => `[[${value}],{}]`],
  ['zc.sqs in base64', zcSqs(), (value) => Buffer.from(`[[${value}],{}]`).toString('base64')],
  ['sns', sns(), (value) => JSON.stringify({ ...notification, Message: native(value) })],
  ['sns, delivered raw', sns(), native],
  ['event-bridge', eventBridge(), eventWith],
  ['s3-event', s3Event(), recordsWith],
];

describe('An integer that no JavaScript number is', () => {
  test.each(formats)('is refused by name, not rounded: %s', (_name, format, body, texts = {}) => {
    for (const integer of ['9007199254740993', '-9007199254740993', '12345678901234567890']) {
      const message = received(body(integer), attributesOfTexts(texts));
      expect(problemOf(() => decodeBy(format, message))).toContain(`the integer ${integer}`);
    }
  });

  test.each(formats)(
    'is read where a number is it, or as text: %s',
    (_name, format, body, texts = {}) => {
      for (const value of [
        '9007199254740992',
        '1152921504606846976',
        '1152921504606847000',
        '"9007199254740993"',
        '0.1234567890123456789',
      ]) {
        const message = received(body(value), attributesOfTexts(texts));
        expect(JSON.stringify(decodeBy(format, message))).toContain(
          JSON.stringify(JSON.parse(value)),
        );
      }
    },
  );

  test.each(formats)(
    'and a number beyond the largest is refused, not made Infinity: %s',
    (_name, format, body, texts = {}) => {
      for (const number of ['1e400', '-1E+400', '1.5e0309', '123456789012345678e300']) {
        const message = received(body(number), attributesOfTexts(texts));
        expect(problemOf(() => decodeBy(format, message))).toContain(
          `the number ${number}, which is larger`,
        );
      }
    },
  );

  test('comes back from every number that JavaScript writes', () => {
    const numbers = [2 ** 53, 2 ** 60, 2 ** 70, 1e21, 1.7976931348623157e308, 5e-324, -(2 ** 63)];
    for (const codec of [jsonCodec, lenientJsonCodec, richCodec]) {
      expect(codec.decode(codec.encode(numbers))).toEqual(numbers);
    }
  });

  test('is found beside texts that look like numbers, and quotes that end none', () => {
    expect(jsonCodec.decode('["12345678901234567890","\\"12345678901234567890",1]')).toHaveLength(
      3,
    );
    expect(problemOf(() => jsonCodec.decode('["a\\\\",9007199254740993,"b"]'))).toContain(
      'integer',
    );
    expect(
      problemOf(() => jsonCodec.decode('{"9007199254740993":[1,9007199254740993]}')),
    ).toContain('integer');
  });
});

describe('A byte order mark', () => {
  test.each(formats.filter(([, , body]) => !/^[A-Za-z0-9+/]+=*$/.test(body('1'))))(
    'in front of a body is skipped: %s',
    (_name, format, body, texts = {}) => {
      const attributes = attributesOfTexts(texts);
      const marked = decodeBy(format, received(`\uFEFF${body('[1]')}`, attributes));
      expect(marked).toEqual(decodeBy(format, received(body('[1]'), attributes)));
    },
  );

  test('inside of packed data is skipped', () => {
    const packedText = deflateSync('\uFEFF{"a":1}').toString('base64');
    expect(createCodecLookup()('json+deflate').decode(packedText)).toEqual({ a: 1 });
    const body = Buffer.from('\uFEFF[[1],{}]').toString('base64');
    expect(decodeBy(zcSqs(), received(body)).data).toEqual({ args: [1], kwargs: {} });
  });

  test.each(['\uFEFF\uFEFF{}', '{}\uFEFF', '\uFEFF'])('elsewhere is no JSON: %j', (text) =>
    expect(problemOf(() => jsonCodec.decode(text))).toContain('not JSON'),
  );
});

describe('A media type of JSON as ContentType', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON ; charset="utf-8"; v=1',
    'text/json',
    'application/cloudevents+json',
    'application/problem+json; charset=utf-8',
    'json',
  ])('is read as JSON: %s', (ContentType) => {
    const message = received(native('1'), attributesOfTexts({ ContentType }));
    expect(decodeBy(nativeFormat, message)).toEqual({ pattern: 'p', data: 1 });
  });

  test.each([
    'application/jsonp',
    'application/xml',
    'json; charset=utf-8',
    'application/json+xml',
    '',
  ])('is none: %j', (ContentType) => {
    const message = received(native('1'), attributesOfTexts({ ContentType }));
    expect(problemOf(() => decodeBy(nativeFormat, message))).toMatch(/codec|JSON/);
  });

  test("means one's own codec where that is called json", () => {
    const own = { name: 'json', encode: () => '', decode: () => 'mine' };
    expect(createCodecLookup([own])('application/json; charset=utf-8').decode('')).toBe('mine');
  });
});

function packed(value: string): string {
  return deflateSync(native(value)).toString('base64');
}

function eventWith(value: string): string {
  const { resources, ...facts } = { ...event, resources: [] };
  return `${JSON.stringify({ ...facts, resources, 'detail-type': 'p' }).slice(0, -1)},"detail":{"a":${value}}}`;
}

function recordsWith(value: string): string {
  const record = `{"eventSource":"aws:s3","eventName":"n","eventTime":"t","awsRegion":"r","s3":{"bucket":{"name":"b"},"object":{"key":"k","size":${value}}}}`;
  return `{"Records":[${record}]}`;
}
