import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { TaskPacket } from '../../contracts/format.js';
import type { ReceivedMessage } from '../../contracts/gateway.js';

/** An object with fields; an array is none. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own field; what it inherits does not count. */
export function own(fields: object, key: string): unknown {
  return Object.hasOwn(fields, key) ? (fields as Record<string, unknown>)[key] : undefined;
}

/** The text of a message attribute; undefined where there is none, or where it holds bytes. */
export function attributeText(message: ReceivedMessage, name: string): string | undefined {
  return Object.hasOwn(message.attributes, name)
    ? message.attributes[name]?.stringValue
    : undefined;
}

/** Names a value's kind for an error message. */
export function nameOf(value: unknown): string {
  if (value === '') return 'empty text';
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** @throws UndecodableMessageError where the body is no object */
export function requireRecord(value: unknown, expected: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw unexpected(expected, value);
}

/** @throws UndecodableMessageError where the field is missing or no object */
export function requireRecordField(
  fields: Record<string, unknown>,
  key: string,
): Record<string, unknown> {
  return requireRecord(own(fields, key), `"${key}" to be an object`);
}

/** @throws UndecodableMessageError where the field is missing or no text */
export function requireText(fields: Record<string, unknown>, key: string): string {
  const value = own(fields, key);
  if (typeof value === 'string' && value !== '') return value;
  throw unexpected(`"${key}" to be text`, value);
}

/** Fields of the envelope that are no part of the task are set aside. */
export function withOthers(packet: TaskPacket, others: Record<string, unknown>): TaskPacket {
  return Object.keys(others).length === 0 ? packet : { ...packet, meta: others };
}

/** "expected …, got …" */
export function unexpected(expected: string, got: unknown): UndecodableMessageError {
  return new UndecodableMessageError({ problem: `expected ${expected}, got ${nameOf(got)}` });
}
