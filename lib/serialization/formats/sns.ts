import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { MessageFormat } from '../../contracts/format.js';
import type { MessageAttributes } from '../../contracts/gateway.js';
import { isRecord, own, requireRecord, requireText, unexpected } from './fields.js';
import { nativeFormat } from './native-format.js';
import { given, requireAllowed, unwrapping, withMeta } from './unwrapping.js';

export interface SnsOptions {
  /** How the published text is read; also reads raw deliveries, and writes. @default the native format */
  format?: MessageFormat;
  /** ARNs of the topics whose messages are taken. @default any topic */
  topics?: readonly string[];
}

/**
 * Takes the envelope off messages that came through an SNS topic; raw deliveries pass through. The attributes of a
 * notification are the message's, as in a raw delivery; the topic and the like are in the packet's `meta.sns`. Signatures
 * are not checked: who may send to the queue is for the queue's policy to say.
 */
export function sns({ format = nativeFormat, topics }: SnsOptions = {}): MessageFormat {
  return unwrapping({
    name: 'sns',
    inner: format,
    fields: ['Type', 'TopicArn'],
    isWrapped: (body) => isType(own(body, 'Type')) || Object.hasOwn(body, 'TopicArn'),
    unwrap(body, message, options) {
      requireNotification(body);
      const topicArn = requireTopic(body);
      requireAllowed('topic', topicArn, topics);
      const attributes = attributesOf(own(body, 'MessageAttributes'));
      const inner = { ...message, body: publishedIn(body), attributes };
      const packet = withMeta(format.decode(inner, options), { sns: factsOf(body, topicArn) });
      return Object.keys(attributes).length === 0 ? packet : { ...packet, attributes };
    },
  });
}

const types = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'];

function isType(type: unknown): boolean {
  return typeof type === 'string' && types.includes(type);
}

function requireNotification(body: Record<string, unknown>): void {
  const type = own(body, 'Type');
  if (type === 'Notification') return;
  if (!isType(type)) throw unexpected('"Type" to be "Notification"', type);
  throw new UndecodableMessageError({
    problem: `it is a ${String(type)} of SNS: confirm the subscription by hand; links in messages are never followed`,
  });
}

function requireTopic(body: Record<string, unknown>): string {
  const arn = requireText(body, 'TopicArn');
  if (/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+$/.test(arn)) return arn;
  throw unexpected('"TopicArn" to be the ARN of a topic', arn);
}

function publishedIn(body: Record<string, unknown>): string {
  const published = own(body, 'Message');
  if (typeof published === 'string') return published;
  throw unexpected('"Message" to be text', published);
}

function factsOf(body: Record<string, unknown>, topicArn: string): Record<string, unknown> {
  const messageId = requireText(body, 'MessageId');
  const timestamp = requireText(body, 'Timestamp');
  return given({ topicArn, messageId, timestamp, subject: own(body, 'Subject') ?? undefined });
}

function attributesOf(attributes: unknown): MessageAttributes {
  if (attributes === undefined || attributes === null) return {};
  const entries = Object.entries(requireRecord(attributes, '"MessageAttributes" to be an object'));
  return Object.fromEntries(entries.map(([name, value]) => [name, attributeOf(name, value)]));
}

function attributeOf(name: string, attribute: unknown): MessageAttributes[string] {
  const [type, value] = isRecord(attribute)
    ? [own(attribute, 'Type'), own(attribute, 'Value')]
    : [];
  if (typeof type !== 'string' || typeof value !== 'string') {
    throw unexpected(`the attribute "${name}" to have "Type" and "Value"`, attribute);
  }
  if (type === 'Binary') return { dataType: type, binaryValue: Buffer.from(value, 'base64') };
  return { dataType: type, stringValue: value };
}
