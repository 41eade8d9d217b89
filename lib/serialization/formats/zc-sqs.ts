import type { MessageFormat, TaskPacket } from '../../contracts/format.js';
import { readBase64, readUtf8 } from '../codecs/base64.js';
import { readPythonJson } from '../codecs/python-json.js';
import { isRecord, unexpected } from './fields.js';
import { jsonOf, requireArguments } from './json-of.js';

/**
 * Messages of zc.sqs: base64 of JSON, `[[args], {kwargs}]`. The handler gets `{ args, kwargs }` under the queue's name,
 * for the message names no task.
 */
export function zcSqs(): MessageFormat {
  return {
    name: 'zc.sqs',
    leavesOut: ['context', 'meta'],
    encode({ data }, { codec }) {
      const { args, kwargs } = requireArguments(data, 'zc.sqs');
      return { body: Buffer.from(jsonOf(codec).encode([args, kwargs])).toString('base64') };
    },
    decode: ({ body }, { queue, budget }) => packetOf(readPythonJson(textOf(body), budget), queue),
  };
}

// Plain JSON, which zc.sqs takes too, begins with a character that base64 has not.
function textOf(body: string): string {
  return /^\s*\[/.test(body) ? body : readUtf8(readBase64(body));
}

function packetOf(value: unknown, queue: string): TaskPacket {
  if (!Array.isArray(value) || value.length !== 2) throw unexpected(pair, value);
  const [args, kwargs] = value as unknown[];
  if (!Array.isArray(args)) throw unexpected(pair, args);
  if (!isRecord(kwargs)) throw unexpected(pair, kwargs);
  return { pattern: queue, data: { args, kwargs } };
}

const pair = 'a list of two, arguments and keyword arguments';
