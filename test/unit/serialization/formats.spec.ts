import * as fc from 'fast-check';
import {
  UndecodableMessageError,
  UnserializableDataError,
  type Codec,
  type MessageAttributes,
  type ReceivedMessage,
  type TaskPacket,
} from '../../../lib/contracts/index.js';
import {
  createCodecLookup,
  jsonCodec,
  lenientJsonCodec,
  nativeFormat,
  patternRoute,
  rawFormat,
} from '../../../lib/serialization/index.js';
import { problemOf } from '../../support/recorded.js';

const hexCodec: Codec = {
  name: 'hex',
  encode: (value) => Buffer.from(jsonCodec.encode(value)).toString('hex'),
  decode: (text) => jsonCodec.decode(Buffer.from(text, 'hex').toString()),
};
const codecs = createCodecLookup([hexCodec]);

describe('nativeFormat', () => {
  test('carries all fields of a packet', () => {
    const packet: TaskPacket = {
      pattern: 'send_email',
      data: { to: 'a@b.c', text: 'žluťoučký 🐎', none: null },
      context: { requestId: 'r1' },
      meta: { sns: { topicArn: 'arn' } },
      id: 'i1',
      replyTo: 'https://sqs.test/1/replies',
      expiresAt: 1_700_000_000_000,
    };
    const { body, attributes } = nativeFormat.encode(packet, { queue: 'q', codec: jsonCodec });
    expect(attributes).toBeUndefined();
    expect(JSON.parse(body)).toEqual(packet);
    expect(decode(body)).toEqual(packet);
  });

  test('names a codec that is not JSON in each message', () => {
    const packet = { pattern: 'p', data: [1] };
    const encoded = nativeFormat.encode(packet, { queue: 'q', codec: hexCodec });
    expect(encoded.attributes).toEqual({ ContentType: { dataType: 'String', stringValue: 'hex' } });
    expect(decode(encoded.body, encoded.attributes)).toEqual(packet);
  });

  test('names no codec for lenient JSON, which is JSON', () => {
    const encoded = nativeFormat.encode(
      { pattern: 'p', data: 1n },
      { queue: 'q', codec: lenientJsonCodec },
    );
    expect(encoded).toEqual({ body: '{"pattern":"p","data":"1"}' });
  });

  test('reads messages of two codecs', () => {
    const hex = hexCodec.encode({ pattern: 'p', data: 'h' });
    expect(decode('{"pattern":"p","data":"j"}').data).toBe('j');
    expect(decode(hex, { ContentType: { dataType: 'String', stringValue: 'hex' } }).data).toBe('h');
    const media = { ContentType: { dataType: 'String', stringValue: 'application/json' } };
    expect(decode('{"pattern":"p","data":"m"}', media).data).toBe('m');
  });

  test('says which codecs are known where the named one is not', () => {
    const attributes = { ContentType: { dataType: 'String', stringValue: 'pickle' } };
    expect(() => decode('{"pattern":"p"}', attributes)).toThrow(/"pickle".*json, lenient.*hex/);
    expect(() => decode('{"pattern":"p"}', attributes)).toThrow(UndecodableMessageError);
  });

  test('reads a packet of Nest with an object as pattern', () => {
    expect(decode('{"pattern":{"cmd":"sum","a":1},"data":[1,2],"id":"7"}')).toEqual({
      pattern: '{"a":1,"cmd":"sum"}',
      data: [1, 2],
      id: '7',
    });
  });

  test('reads a packet of Nest with an array or a number as pattern', () => {
    expect(decode('{"pattern":["a", 1],"data":2}')).toEqual({ pattern: '["a",1]', data: 2 });
    expect(decode('{"pattern":7,"data":2}')).toEqual({ pattern: '7', data: 2 });
  });

  test('ignores fields of the wrong kind', () => {
    const body =
      '{"pattern":"p","data":1,"context":[1],"meta":"m","id":{},"replyTo":5,"expiresAt":"x"}';
    expect(decode(body)).toEqual({ pattern: 'p', data: 1 });
  });

  test.each([
    'x',
    '',
    '[]',
    'null',
    '{}',
    '1',
    '"p"',
    '{"pattern":""}',
    '{"pattern":true}',
    '{"pattern":null}',
    '{"data":1}',
  ])('does not decode %j', (body) => expect(() => decode(body)).toThrow(UndecodableMessageError));

  const raw = "@SqsRawTask({ queue: 'q' })";
  test.each<[string, string, RegExp]>([
    [
      'squids',
      '{"task":"t","args":[],"kwargs":{}}',
      /fields "task", "args", "kwargs"\. .*squids\(\)/,
    ],
    ['sqstaskmaster', '{"task":"t","kwargs":{}}', /fields "task", "kwargs"\. .*taskmaster\(\)/],
    ['sqspipes', '{"meta":{"priority":0},"value":1}', /fields "meta", "value"\. .*sqspipes\(\)/],
    ['zc.sqs', '[[1],{"a":2}]', /got an array\. .*zcSqs\(\)/],
    [
      'SNS',
      '{"Type":"Notification","TopicArn":"a","Message":"{}"}',
      /fields "Type", "TopicArn", "Message"\. .*sns\(\)/,
    ],
    [
      'EventBridge',
      '{"version":"0","detail-type":"Scheduled Event","detail":{}}',
      /eventBridge\(\)/,
    ],
    ['S3', '{"Records":[{"eventSource":"aws:s3"}]}', /s3Event\(\)/],
    [
      'anybody',
      '{"orderId":7}',
      /got an object with the field "orderId"\. Messages of other senders/,
    ],
    [
      'anybody, with many fields',
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}',
      /"a", "b", "c", "d", "e" and 2 more\./,
    ],
    ['anybody, with odd fields', `{"${'x'.repeat(90)}":1,"a\\nb":1}`, /"x{40}…", "a\\nb"\./],
    ['nobody', '{}', /got an object without fields\. Messages of other senders/],
    ['a sender of lists', '[1]', /got an array\. Messages of other senders/],
    ['a sender of text', '"hello"', /got a string\. Messages of other senders/],
    ['a sender of plain text', 'hello', /its body is not JSON\. Messages of other senders/],
    [
      'a sender with a pattern that is none',
      '{"pattern":true}',
      /"pattern" to be text.*got a boolean\. Messages/,
    ],
  ])('says what to do about a message of %s', (_sender, body, problem) => {
    const said = problemOf(() => decode(body));
    expect(said).toMatch(problem);
    expect(said).toMatch('format');
    expect(said).toContain(raw);
  });

  test.each(['json', 'pickle', 'pickle_compat'])(
    'says what to do about a message of sqs-workers: %s',
    (codec) => {
      const attributes = {
        JobName: textAttribute('job'),
        JobContext: textAttribute('{}'),
        ContentType: textAttribute(codec),
      };
      const said = problemOf(() => decode('{"to":"a"}', attributes));
      expect(said).toMatch(/looks like a message of sqs-workers: .*sqsWorkers\(\)/);
      expect(said).toContain(raw);
    },
  );

  test.each([
    ['{"pattern":"p","data":{"__proto__":1}}', {}],
    ['no base64', { ContentType: textAttribute('json+deflate') }],
    ['{"pattern":"p"}', { ContentType: textAttribute('rich') }],
  ])('gives no such advice about a message of its own that is broken: %s', (body, attributes) =>
    expect(problemOf(() => decode(body, attributes))).not.toMatch('SqsRawTask'),
  );

  test('throws nothing but UndecodableMessageError, whatever the body', () => {
    const names = fc.constantFrom(
      'pattern',
      'data',
      'context',
      '__proto__',
      'constructor',
      'prototype',
    );
    const trees = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.dictionary(names, tie('node')),
        fc.array(tie('node')),
      ),
    })).node;
    const bodies = fc.oneof(
      trees.map((tree) => JSON.stringify(tree)),
      trees.map((tree) => JSON.stringify({ pattern: tree, data: tree, context: tree })),
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
      fc.tuple(trees, fc.nat()).map(([tree, cut]) => JSON.stringify(tree).slice(0, cut)),
    );
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(bodies, fc.string(), (body, codec) => {
        expectPacketOrUndecodable(body, {});
        expectPacketOrUndecodable(body, {
          ContentType: { dataType: 'String', stringValue: codec },
        });
      }),
      { numRuns: 150 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});

describe('patternRoute', () => {
  test.each([
    ['send_email', 'send_email'],
    [7, '7'],
    [{ b: 2, a: 'x"y' }, '{"a":"x\\"y","b":2}'],
    [{ a: { c: 1, b: null } }, '{"a":{"b":null,"c":1}}'],
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ['{not json', '{not json'],
    [['a', 1], '["a",1]'],
    [[], '[]'],
    [['x"y', [2, null], { b: true, a: [] }], '["x\\"y",[2,null],{"a":[],"b":true}]'],
    [{ cmd: ['a', 1] }, '{"cmd":["a",1]}'],
    ['[ "a", 1 ]', '["a",1]'],
    ['[urgent] mail', '[urgent] mail'],
  ])('knows %j as %s', (pattern, route) => expect(patternRoute(pattern)).toBe(route));

  test('bounds what a stranger may send', () => {
    const wide = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 1]));
    expect(patternRoute(wide)).toBe('[TOO_MANY_KEYS]');
    expect(patternRoute(Array.from({ length: 21 }, () => 1))).toBe('[TOO_MANY_KEYS]');
    expect(patternRoute([[[[[[[[1]]]]]]]])).toBe('[[[[[[[MAX_DEPTH_REACHED]]]]]]]');
    expect(patternRoute({ a: { a: { a: { a: { a: { a: { a: 1 } } } } } } })).toContain(
      '[MAX_DEPTH_REACHED]',
    );
  });
});

describe('rawFormat', () => {
  test('leaves the body as it is and takes the queue as pattern', () => {
    expect(
      rawFormat.encode({ pattern: 'p', data: ' a\n' }, { queue: 'q', codec: jsonCodec }),
    ).toEqual({ body: ' a\n' });
    expect(rawFormat.decode(message(' a\n'), { queue: 'cron', codecs })).toEqual({
      pattern: 'cron',
      data: ' a\n',
    });
  });

  test('refuses data that is no text', () => {
    const packet = { pattern: 'p', data: { a: 1 } };
    expect(() => rawFormat.encode(packet, { queue: 'q', codec: jsonCodec })).toThrow(
      UnserializableDataError,
    );
  });
});

function decode(body: string, attributes: MessageAttributes = {}): TaskPacket {
  return nativeFormat.decode(message(body, attributes), { queue: 'q', codecs });
}

function message(body: string, attributes: MessageAttributes = {}): ReceivedMessage {
  return { messageId: 'm', receiptHandle: 'r', body, attributes, systemAttributes: {} };
}

function expectPacketOrUndecodable(body: string, attributes: MessageAttributes): void {
  try {
    expect(typeof decode(body, attributes).pattern).toBe('string');
  } catch (error) {
    if (!(error instanceof UndecodableMessageError)) throw error;
  }
}

function textAttribute(stringValue: string) {
  return { dataType: 'String', stringValue };
}
