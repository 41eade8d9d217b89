import type { MessageFormat, TaskPacket } from '../../contracts/format.js';
import { own, requireRecordField, requireText, unexpected } from './fields.js';
import { nativeFormat } from './native-format.js';
import { given, requireAllowed, unwrapping } from './unwrapping.js';

export interface EventBridgeOptions {
  /** Reads what is no event, such as a rule's constant input; also writes. @default the native format */
  format?: MessageFormat;
  /** Sources whose events are taken, such as `aws.ec2`. @default any source */
  sources?: readonly string[];
}

/**
 * Reads events of EventBridge: the pattern is `detail-type`, the data is `detail`, the rest is in the packet's
 * `meta.eventBridge`.
 */
export function eventBridge({
  format = nativeFormat,
  sources,
}: EventBridgeOptions = {}): MessageFormat {
  return unwrapping({
    name: 'event-bridge',
    inner: format,
    fields: ['detail-type'],
    isWrapped: (body) => Object.hasOwn(body, 'detail-type'),
    unwrap(body) {
      requireAllowed('source', requireText(body, 'source'), sources);
      return packetOf(body);
    },
  });
}

const textFields = ['version', 'id', 'source', 'account', 'time', 'region'];

function packetOf(event: Record<string, unknown>): TaskPacket {
  const pattern = requireText(event, 'detail-type');
  const data = requireRecordField(event, 'detail');
  const facts = textFields.map((key) => [key, requireText(event, key)]);
  const resources = own(event, 'resources');
  if (!Array.isArray(resources)) throw unexpected('"resources" to be an array', resources);
  const replayName = own(event, 'replay-name');
  const meta = given({ ...Object.fromEntries(facts), resources, replayName });
  return { pattern, data, meta: { eventBridge: meta } };
}
