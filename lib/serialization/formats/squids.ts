import type { Codec, MessageFormat, TaskPacket } from '../../contracts/format.js';
import { readPythonJson } from '../codecs/python-json.js';
import { own, requireRecord, requireRecordField, unexpected, withOthers } from './fields.js';
import { decodeWith, jsonOf, otherName, requireArguments, unwritable } from './json-of.js';
import { patternRoute } from './pattern-route.js';

export interface SquidsOptions {
  /** Where the Python app has a serde of its own: the codec that writes and reads whole bodies. @default JSON */
  codec?: Codec;
}

/**
 * Messages of squids: `{ "task", "args", "kwargs" }`. The handler gets `{ args, kwargs }`, and so does the sender give
 * them; fields that a hook added travel in the packet's `meta`.
 */
export function squids({ codec }: SquidsOptions = {}): MessageFormat {
  return {
    name: 'squids',
    leavesOut: ['context'],
    encode: (packet, options) => ({
      body: (codec ?? jsonOf(options.codec)).encode(bodyOf(packet)),
    }),
    decode: ({ body }, { budget }) =>
      packetOf(
        codec === undefined ? readPythonJson(body, budget) : decodeWith(codec, body, budget),
      ),
  };
}

function bodyOf({ pattern, data, meta }: TaskPacket): Record<string, unknown> {
  const { args, kwargs } = requireArguments(data, 'squids');
  refuseReservedNames(kwargs);
  return { ...meta, task: pattern, args, kwargs };
}

// Parameters of the Python method that runs a task: as keyword arguments they fail there.
function refuseReservedNames(kwargs: Record<string, unknown>): void {
  for (const name of ['self', 'message_id']) {
    if (!Object.hasOwn(kwargs, name)) continue;
    const found = `the keyword "${name}", which squids keeps for itself,`;
    throw unwritable('squids', `$.kwargs.${name}`, found, otherName);
  }
}

function packetOf(body: unknown): TaskPacket {
  const envelope = requireRecord(body, 'an object with "task", "args" and "kwargs"');
  const pattern = requireTask(envelope);
  const args = requireArgs(envelope);
  const kwargs = requireRecordField(envelope, 'kwargs');
  const packet: TaskPacket = { pattern, data: { args, kwargs } };
  const { task: _task, args: _args, kwargs: _kwargs, ...others } = envelope;
  return withOthers(packet, others);
}

/** @throws UndecodableMessageError where "task" names none */
export function requireTask(envelope: Record<string, unknown>): string {
  const task = own(envelope, 'task');
  const pattern = patternRoute(task);
  if (pattern === undefined)
    throw unexpected('"task" to be text, a number, an object or an array', task);
  return pattern;
}

function requireArgs(envelope: Record<string, unknown>): unknown[] {
  const args = own(envelope, 'args');
  if (Array.isArray(args)) return args;
  throw unexpected('"args" to be an array', args);
}
