import {
  InvalidAttributesError,
  InvalidBodyError,
  InvalidDelayError,
  InvalidFifoIdError,
  MessageTooLargeError,
  SQS_LIMITS,
  type MessageAttributes,
  type OutgoingMessage,
} from '../../../lib/contracts/index.js';
import { checkMessage } from '../../../lib/producer/message-rules.js';

const standard = { name: 'emails', isFifo: false };
const fifo = { name: 'orders.fifo', isFifo: true };
const fifoIds = { groupId: 'g', deduplicationId: 'd' };

describe('checkMessage', () => {
  test('counts bytes of UTF-8, with the names, types and values of attributes', () => {
    const attributes: MessageAttributes = {
      named: { dataType: 'String', stringValue: 'é' },
      b: { dataType: 'Binary.png', binaryValue: new Uint8Array(3) },
    };
    expect(checkMessage(standard, { body: 'ž🐎' })).toBe(6);
    const named = { a: attributes.named, b: attributes.b } as MessageAttributes;
    expect(checkMessage(standard, { body: 'x', attributes: named })).toBe(
      1 + 1 + 6 + 2 + 1 + 10 + 3,
    );
  });

  test('takes exactly 1 MiB, and not a byte more', () => {
    const limit = SQS_LIMITS.messageBytes;
    expect(checkMessage(standard, { body: 'x'.repeat(limit) })).toBe(limit);
    const over = errorOf(standard, { body: `é${'x'.repeat(limit - 1)}` });
    expect(over).toBeInstanceOf(MessageTooLargeError);
    expect(over).toMatchObject({ bytes: limit + 1, limitBytes: limit });
    const attributes = { a: { dataType: 'String', stringValue: 'v' } };
    expect(errorOf(standard, { body: 'x'.repeat(limit - 7), attributes })).toBeInstanceOf(
      MessageTooLargeError,
    );
    expect(checkMessage(standard, { body: 'x'.repeat(limit - 8), attributes })).toBe(limit);
  });

  test.each(['\0', '\x0B', '\x1F', '\uFFFE', '\uFFFF', '\uD800', 'a\uDC00b', '\uDC00\uD800'])(
    'refuses the body character %j',
    (body) => expect(errorOf(standard, { body })).toBeInstanceOf(InvalidBodyError),
  );

  test('takes every character that SQS takes', () => {
    const body = '\t\n\r ~\x7F\uD7FF\uE000\uFFFD\u{10000}\u{10FFFF}🐎';
    expect(checkMessage(standard, { body })).toBe(Buffer.byteLength(body));
  });

  test('refuses an empty body', () => {
    expect(errorOf(standard, { body: '' })).toBeInstanceOf(InvalidBodyError);
  });

  test.each([-1, 901, 1.5, NaN, '5' as unknown as number])(
    'refuses a delay of %s',
    (delaySeconds) => {
      const error = errorOf(standard, { body: 'x', delaySeconds });
      expect(error).toBeInstanceOf(InvalidDelayError);
      expect((error as Error).message).toContain('from 0 to 900');
    },
  );

  test('takes delays from 0 to 900 s, but none on a FIFO queue', () => {
    checkMessage(standard, { body: 'x', delaySeconds: 0 });
    checkMessage(standard, { body: 'x', delaySeconds: 900 });
    expect(errorOf(fifo, { body: 'x', ...fifoIds, delaySeconds: 0 })).toBeInstanceOf(
      InvalidDelayError,
    );
  });

  test('needs a group on FIFO, and takes one as a tenant elsewhere', () => {
    checkMessage(fifo, { body: 'x', ...fifoIds });
    checkMessage(standard, { body: 'x', groupId: 'tenant-1' });
    expect(errorOf(fifo, { body: 'x', deduplicationId: 'd' })).toBeInstanceOf(InvalidFifoIdError);
  });

  test.each(['', ' ', 'a b', 'ž', 'x'.repeat(129)])('refuses the id %j', (id) => {
    expect(errorOf(fifo, { body: 'x', groupId: id, deduplicationId: 'd' })).toBeInstanceOf(
      InvalidFifoIdError,
    );
    expect(errorOf(fifo, { body: 'x', groupId: 'g', deduplicationId: id })).toBeInstanceOf(
      InvalidFifoIdError,
    );
  });

  test('takes ids of 128 letters, digits and punctuation', () => {
    const id = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~aZ9'.padEnd(128, 'x');
    expect(checkMessage(fifo, { body: 'x', groupId: id, deduplicationId: id })).toBe(1);
  });

  test('needs a deduplication id on FIFO, unless the body is one; elsewhere it refuses it', () => {
    const contentBased = { ...fifo, contentBasedDeduplication: true };
    checkMessage(contentBased, { body: 'x', groupId: 'g' });
    expect(errorOf(fifo, { body: 'x', groupId: 'g' })).toBeInstanceOf(InvalidFifoIdError);
    expect(errorOf(standard, { body: 'x', deduplicationId: 'd' })).toBeInstanceOf(
      InvalidFifoIdError,
    );
  });

  test('takes ten attributes, and not eleven', () => {
    checkMessage(standard, { body: 'x', attributes: attributesOf(10) });
    const error = errorOf(standard, { body: 'x', attributes: attributesOf(11) });
    expect(error).toBeInstanceOf(InvalidAttributesError);
    expect((error as Error).message).toContain('at most 10');
  });

  test.each(['', 'AWS.x', 'amazon.y', '.a', 'a.', 'a..b', 'a b', 'ž', 'x'.repeat(257)])(
    'refuses the attribute name %j',
    (name) =>
      expect(attributeError(name, { dataType: 'String', stringValue: 'v' })).toBeInstanceOf(
        InvalidAttributesError,
      ),
  );

  test.each([
    { dataType: 'Text', stringValue: 'v' },
    { dataType: 'String.', stringValue: 'v' },
    { dataType: `String.${'x'.repeat(250)}`, stringValue: 'v' },
    { dataType: 'String', stringValue: '' },
    { dataType: 'String' },
    { dataType: 'String', stringValue: '\0' },
    { dataType: 'Number', stringValue: 'NaN' },
    { dataType: 'Number', stringValue: 'five' },
    { dataType: 'Binary', stringValue: 'v' },
    { dataType: 'Binary', binaryValue: new Uint8Array() },
  ])('refuses the attribute value %j', (value) => {
    expect(attributeError('a', value)).toBeInstanceOf(InvalidAttributesError);
  });

  test.each(['a', 'a.b-c_D9', 'x'.repeat(256)])('takes the attribute name %s', (name) => {
    expect(attributeError(name, { dataType: 'Number.int', stringValue: '-1.5e3' })).toBeUndefined();
  });
});

function attributesOf(count: number): MessageAttributes {
  const value = { dataType: 'String', stringValue: 'v' };
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, value]));
}

function attributeError(name: string, value: MessageAttributes[string]): unknown {
  return errorOf(standard, { body: 'x', attributes: { [name]: value } });
}

function errorOf(queue: { name: string; isFifo: boolean }, message: OutgoingMessage): unknown {
  try {
    checkMessage(queue, message);
    return undefined;
  } catch (error) {
    return error;
  }
}
