import { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { DecodeOptions, MessageFormat, TaskPacket } from '../../contracts/format.js';
import type { ReceivedMessage } from '../../contracts/gateway.js';
import { decodeJson, isNoJson } from '../codecs/json-decode.js';
import { isRecord } from './fields.js';

/** What an AWS service wraps around, or puts in place of, a task. */
export interface Wrapping {
  name: string;
  /** Reads and writes what is not wrapped. */
  inner: MessageFormat;
  /** Fields of which a body has one, where it has the wrapping. */
  fields: readonly string[];
  /** True where a body can only have come from the service, whole or not. */
  isWrapped(body: Record<string, unknown>): boolean;
  /** @throws UndecodableMessageError where the wrapping is not whole */
  unwrap(
    body: Record<string, unknown>,
    message: ReceivedMessage,
    options: DecodeOptions,
  ): TaskPacket;
}

/** A format that takes the wrapping off where there is one; what is sent goes unwrapped. */
export function unwrapping({ name, inner, fields, isWrapped, unwrap }: Wrapping): MessageFormat {
  return {
    name,
    ...(inner.leavesOut && { leavesOut: inner.leavesOut }),
    encode: (packet, options) => inner.encode(packet, options),
    decode(message, { budget = new DecodingBudget(), ...options }) {
      const within = { ...options, budget };
      // Most bodies without the wrapping are parsed only once, by the inner format.
      const mayBeWrapped = fields.some((field) => message.body.includes(`"${field}"`));
      const body = mayBeWrapped ? objectIn(message.body, budget) : undefined;
      if (body === undefined || !isWrapped(body)) return inner.decode(message, within);
      return unwrap(body, message, within);
    },
  };
}

/** Adds facts of the service to what the inner format found. */
export function withMeta(packet: TaskPacket, meta: Record<string, unknown>): TaskPacket {
  return { ...packet, meta: { ...packet.meta, ...meta } };
}

/** Leaves out what is undefined. */
export function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws UndecodableMessageError where a list of allowed names is given and does not have this one */
export function requireAllowed(kind: string, name: string, allowed: readonly string[] | undefined) {
  if (allowed === undefined || allowed.includes(name)) return;
  throw new UndecodableMessageError({
    problem: `its ${kind} "${name}" is not among those allowed`,
  });
}

function objectIn(text: string, budget: DecodingBudget): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value = decodeJson(text, budget);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    // Text that is no JSON is the inner format's, which says what is wrong with it.
    if (isNoJson(error)) return undefined;
    throw error;
  }
}
