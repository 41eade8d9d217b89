import { InvalidAttributesError } from '../contracts/errors/index.js';
import type { MessageAttributes, MessageAttributeValue } from '../contracts/gateway.js';
import type { SendOptions } from '../contracts/sending.js';

/** The message attribute that says which service sent a task. */
export const SENDER_ATTRIBUTE = 'service_name';

export interface AttributeSources {
  /** Logical name of the queue, for errors. */
  queue: string;
  serviceName: string | undefined;
  /** What the format writes. */
  format: MessageAttributes | undefined;
  /** What the caller gave; beats the others. */
  given: SendOptions['attributes'];
}

/** All attributes of a message; undefined where there are none. */
export function composeAttributes(sources: AttributeSources): MessageAttributes | undefined {
  const { queue, serviceName, format, given } = sources;
  if (serviceName === undefined && given === undefined) return format;
  const attributes: MessageAttributes = {};
  if (serviceName !== undefined) attributes[SENDER_ATTRIBUTE] = text(serviceName);
  Object.assign(attributes, format);
  for (const [name, value] of Object.entries(given ?? {})) {
    attributes[name] = toAttribute(queue, name, value);
  }
  return attributes;
}

function toAttribute(queue: string, name: string, value: unknown): MessageAttributeValue {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return { dataType: 'Number', stringValue: String(value) };
  if (value instanceof Uint8Array) return { dataType: 'Binary', binaryValue: value };
  if (isAttributeValue(value)) return value;
  const problem = `${JSON.stringify(name)}: expected text, a number, bytes or { dataType, … }, got ${typeof value}`;
  throw new InvalidAttributesError({ queue, problem });
}

function text(value: string): MessageAttributeValue {
  return { dataType: 'String', stringValue: value };
}

function isAttributeValue(value: unknown): value is MessageAttributeValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as MessageAttributeValue).dataType === 'string'
  );
}
