import {
  jsonCodec,
  nativeFormat,
  rawFormat,
  s3Event,
  sns,
} from '../../../lib/serialization/index.js';
import { decodeBy, encodeBy, problemOf, received } from '../../support/recorded.js';

const topic = 'arn:aws:sns:eu-west-1:123456789012:orders';
const notification = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: topic,
  Subject: 'An order',
  Message: '{"pattern":"order.placed","data":{"id":7}}',
  Timestamp: '2026-05-02T00:54:06.655Z',
  SignatureVersion: '1',
  Signature: 'EXAMPLE',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/cert.pem',
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
};
const facts = {
  topicArn: topic,
  messageId: notification.MessageId,
  timestamp: notification.Timestamp,
  subject: notification.Subject,
};

describe('sns', () => {
  test('takes the envelope off a notification', () => {
    expect(decodeBy(sns(), received(JSON.stringify(notification)))).toEqual({
      pattern: 'order.placed',
      data: { id: 7 },
      meta: { sns: facts },
    });
  });

  test('gives the attributes of the notification to the format inside', () => {
    const { body } = nativeFormat.encode(
      { pattern: 'p', data: 1 },
      {
        queue: 'q',
        codec: { ...jsonCodec, name: 'rich', encode: () => '[{"pattern":1,"data":2},"p",1]' },
      },
    );
    const MessageAttributes = {
      ContentType: { Type: 'String', Value: 'rich' },
      bytes: { Type: 'Binary', Value: 'AP8=' },
    };
    const wrapped = JSON.stringify({ ...notification, Message: body, MessageAttributes });
    expect(decodeBy(sns(), received(wrapped))).toMatchObject({ pattern: 'p', data: 1 });
  });

  test('sets the attributes of the notification aside as those of the message', () => {
    const MessageAttributes = {
      store: { Type: 'String', Value: 'north' },
      count: { Type: 'Number', Value: '3' },
      tags: { Type: 'String.Array', Value: '["a"]' },
      bytes: { Type: 'Binary', Value: 'AP8=' },
    };
    const wrapped = JSON.stringify({ ...notification, MessageAttributes });
    expect(decodeBy(sns(), received(wrapped)).attributes).toEqual({
      store: { dataType: 'String', stringValue: 'north' },
      count: { dataType: 'Number', stringValue: '3' },
      tags: { dataType: 'String.Array', stringValue: '["a"]' },
      bytes: { dataType: 'Binary', binaryValue: Buffer.from([0, 255]) },
    });
  });

  test('passes a raw delivery through, and sends without an envelope', () => {
    expect(decodeBy(sns(), received(notification.Message))).toEqual({
      pattern: 'order.placed',
      data: { id: 7 },
    });
    expect(decodeBy(sns({ format: rawFormat }), received('any text'), 'orders')).toEqual({
      pattern: 'orders',
      data: 'any text',
    });
    expect(encodeBy(sns(), { pattern: 'p', data: 1 })).toEqual({
      body: '{"pattern":"p","data":1}',
    });
  });

  test('unwraps one envelope inside another', () => {
    const Message = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' });
    const body = JSON.stringify({ ...notification, Message });
    expect(decodeBy(sns({ format: s3Event() }), received(body)).ignore).toBe(true);
  });

  test('takes only the topics it is told', () => {
    const body = received(JSON.stringify(notification));
    expect(decodeBy(sns({ topics: [topic] }), body).pattern).toBe('order.placed');
    expect(problemOf(() => decodeBy(sns({ topics: [`${topic}2`] }), body))).toMatch(topic);
  });

  test('says what to do with the confirmation of a subscription', () => {
    const body = JSON.stringify({ ...notification, Type: 'SubscriptionConfirmation' });
    expect(problemOf(() => decodeBy(sns(), received(body)))).toMatch('confirm the subscription');
  });

  test.each([
    ['no topic', { TopicArn: undefined }],
    ['a topic that is no topic', { TopicArn: 'arn:aws:sqs:eu-west-1:123456789012:orders' }],
    ['a topic in two lines', { TopicArn: `${topic}\n` }],
    ['no message', { Message: undefined }],
    ['a message that is no text', { Message: { pattern: 'p' } }],
    ['no id', { MessageId: undefined }],
    ['no time', { Timestamp: 5 }],
    ['no type', { Type: undefined }],
    ['another type', { Type: 'Note' }],
    ['attributes that are none', { MessageAttributes: [1] }],
    ['an attribute without a value', { MessageAttributes: { a: { Type: 'String' } } }],
    ['a message that the format inside cannot read', { Message: 'hello' }],
  ])('does not read an envelope with %s', (_name, change) => {
    const body = JSON.stringify({ ...notification, ...change });
    expect(problemOf(() => decodeBy(sns(), received(body)))).toMatch('cannot be decoded');
  });

  test('refuses harmful keys of the envelope', () => {
    const body = JSON.stringify(notification).replace('{', '{"__proto__":{"x":1},');
    expect(problemOf(() => decodeBy(sns({ format: rawFormat }), received(body)))).toMatch(
      '__proto__',
    );
  });
});
