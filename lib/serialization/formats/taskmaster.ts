import type { EncodedTask, MessageFormat, TaskPacket } from '../../contracts/format.js';
import { readPythonJson } from '../codecs/python-json.js';
import { requireRecord, requireRecordField, withOthers } from './fields.js';
import { jsonOf, requireObject } from './json-of.js';
import { requireTask } from './squids.js';

export interface TaskmasterOptions {
  /** Sender identity, as the attribute `service_name`. @default the module's `serviceName` */
  serviceName?: string;
}

/**
 * Messages of sqstaskmaster: `{ "task", "kwargs" }`. The handler gets the kwargs object; other fields are in the packet's
 * `meta`. With the codec `lenient`, values that JSON lacks are written as text, as sqstaskmaster does.
 */
export function taskmaster({ serviceName }: TaskmasterOptions = {}): MessageFormat {
  return {
    name: 'taskmaster',
    leavesOut: ['context'],
    encode({ pattern, data, meta }, { codec }): EncodedTask {
      const kwargs = requireObject(data, 'taskmaster', '$');
      const body = jsonOf(codec).encode({ ...meta, task: pattern, kwargs });
      if (serviceName === undefined) return { body };
      const service_name = { dataType: 'String', stringValue: serviceName };
      return { body, attributes: { service_name } };
    },
    decode: ({ body }, { budget }) => packetOf(readPythonJson(body, budget)),
  };
}

function packetOf(body: unknown): TaskPacket {
  const envelope = requireRecord(body, 'an object with "task" and "kwargs"');
  const packet = { pattern: requireTask(envelope), data: requireRecordField(envelope, 'kwargs') };
  const { task: _task, kwargs: _kwargs, ...others } = envelope;
  return withOthers(packet, others);
}
