import type { MessageFormat, TaskPacket } from '../../contracts/format.js';
import { readPythonJson } from '../codecs/python-json.js';
import { isRecord, own, requireRecord, unexpected } from './fields.js';
import { jsonOf, unwritable } from './json-of.js';

/**
 * Messages of sqspipes: `{ "meta", "value" }` on one FIFO queue for each stage and priority. The handler gets the value;
 * its pattern is the stage's name, `words-reduce` for the queues `words-reduce.fifo` and `words-reduce--p1.fifo`. `meta`
 * is kept in the packet and written back, but for its priority: that is always the level of the queue it goes to.
 */
export function sqspipes(): MessageFormat {
  return {
    name: 'sqspipes',
    leavesOut: ['context'],
    // The next stage takes the priority as an index of its own levels, and loses the item where it has too few.
    encode: ({ data, meta }, { queue, codec, priority = stageOf(queue).priority }) => ({
      body: jsonOf(codec).encode({ meta: { ...meta, priority }, value: requireValue(data) }),
    }),
    decode: ({ body }, { queue, budget }) => packetOf(readPythonJson(body, budget), queue),
  };
}

function requireValue(data: unknown): unknown {
  if (data !== undefined) return data;
  throw unwritable('sqspipes', '$', 'undefined');
}

function packetOf(body: unknown, queue: string): TaskPacket {
  const expected = 'an object with "meta" and "value"';
  const envelope = requireRecord(body, expected);
  for (const key of ['meta', 'value']) {
    if (!Object.hasOwn(envelope, key)) throw unexpected(`${expected}, "${key}" too`, undefined);
  }
  const packet: TaskPacket = { pattern: stageOf(queue).stage, data: own(envelope, 'value') };
  const meta = own(envelope, 'meta');
  // The last stage of sqspipes takes any meta, and so do we.
  return isRecord(meta) ? { ...packet, meta } : packet;
}

function stageOf(queue: string): { stage: string; priority: number } {
  const [, stage = queue, priority = '0'] =
    /^(.*?)(?:--p(\d{1,15}))?(?:\.fifo)?$/s.exec(queue) ?? [];
  return { stage, priority: Number(priority) };
}
