import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { ReceivedMessage } from '../../contracts/gateway.js';
import { isRecord, nameOf, own } from './fields.js';

export interface ForeignMessageFacts {
  readonly message: ReceivedMessage;
  /** Logical name of the queue. */
  readonly queue: string;
  /** What the body holds, where it is JSON. */
  readonly body?: unknown;
  readonly problem: string;
  readonly cause?: unknown;
}

/** The error for a message that this library did not write: it says whose it looks like, and how to take it. */
export function foreignMessage(facts: ForeignMessageFacts): UndecodableMessageError {
  const { message, queue, body, problem, cause } = facts;
  const looks = kinds.find((kind) => kind.isIt(isRecord(body) ? body : {}, message, body));
  const whose =
    looks === undefined
      ? `Messages of other senders need a format, such as { name: '${queue}', format: sns() } in queues`
      : `It looks like a message of ${looks.sender}: that needs { name: '${queue}', format: ${looks.format} } in queues`;
  const advice = `${whose}; or take them as they are with @SqsRawTask({ queue: '${queue}' })`;
  return new UndecodableMessageError({ problem, advice, cause });
}

/** Names a value by its kind, an object by its fields too. */
export function fieldsOf(value: unknown): string {
  if (!isRecord(value)) return nameOf(value);
  const names = Object.keys(value);
  if (names.length === 0) return 'an object without fields';
  const shown = names.slice(0, MAX_NAMES).map(quoted).join(', ');
  const others = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `an object with the field${names.length === 1 ? '' : 's'} ${shown}${others}`;
}

const MAX_NAMES = 5;
const MAX_LENGTH = 40;

function quoted(name: string): string {
  return JSON.stringify(name.length <= MAX_LENGTH ? name : `${name.slice(0, MAX_LENGTH)}…`);
}

interface Kind {
  readonly sender: string;
  readonly format: string;
  isIt(fields: Record<string, unknown>, message: ReceivedMessage, body: unknown): boolean;
}

const kinds: readonly Kind[] = [
  {
    sender: 'sqs-workers',
    format: 'sqsWorkers()',
    isIt: (_fields, { attributes }) => Object.hasOwn(attributes, 'JobName'),
  },
  kindWith('SNS', 'sns()', ['Type', 'TopicArn']),
  kindWith('EventBridge', 'eventBridge()', ['detail-type', 'detail']),
  { sender: 'S3', format: 's3Event()', isIt: (fields) => isOfS3(fields) },
  kindWith('squids', 'squids()', ['task', 'args', 'kwargs']),
  kindWith('sqstaskmaster', 'taskmaster()', ['task', 'kwargs']),
  kindWith('sqspipes', 'sqspipes()', ['meta', 'value']),
  {
    sender: 'zc.sqs',
    format: 'zcSqs()',
    isIt: (_fields, _message, body) =>
      Array.isArray(body) && body.length === 2 && Array.isArray(body[0]) && isRecord(body[1]),
  },
];

function kindWith(sender: string, format: string, names: readonly string[]): Kind {
  return {
    sender,
    format,
    isIt: (fields) => names.every((name) => Object.hasOwn(fields, name)),
  };
}

function isOfS3(fields: Record<string, unknown>): boolean {
  const records = own(fields, 'Records');
  const [first] = Array.isArray(records) ? (records as unknown[]) : [];
  const isRecords = isRecord(first) && own(first, 'eventSource') === 'aws:s3';
  return isRecords || own(fields, 'Service') === 'Amazon S3';
}
