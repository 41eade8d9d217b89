import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { MessageFormat, TaskPacket } from '../../contracts/format.js';
import { own, requireRecord, requireRecordField, requireText, unexpected } from './fields.js';
import { nativeFormat } from './native-format.js';
import { given, requireAllowed, unwrapping } from './unwrapping.js';

export interface S3EventOptions {
  /** Name of the task that gets the records. @default 's3Event' */
  pattern?: string;
  /** Reads what is no notification of S3; also writes. @default the native format */
  format?: MessageFormat;
  /** Names of the buckets whose notifications are taken. @default any bucket */
  buckets?: readonly string[];
}

/** One change of one object. */
export interface S3EventRecord {
  /** Such as `ObjectCreated:Put`. */
  eventName: string;
  /** ISO time. */
  eventTime: string;
  region: string;
  bucket: string;
  /** The object's key as S3 knows it: the encoding of the notification is undone. */
  key: string;
  /** Bytes; absent for removals. */
  size?: number;
  eTag?: string;
  versionId?: string;
  /** Orders the events of one key: compare as hexadecimal numbers. */
  sequencer?: string;
}

/**
 * Reads S3's notifications: the data is a list of `S3EventRecord`; the records as S3 wrote them are in the packet's
 * `meta.s3Event`. The test message that S3 sends when notifications are set up is ignored.
 */
export function s3Event(options: S3EventOptions = {}): MessageFormat {
  const { pattern = 's3Event', format = nativeFormat, buckets } = options;
  return unwrapping({
    name: 's3-event',
    inner: format,
    fields: ['Records', 'Service'],
    isWrapped: (body) => isTestEvent(body) || isNotification(body),
    unwrap(body) {
      if (isTestEvent(body)) return ignored(pattern);
      const data = recordsOf(body, buckets);
      return { pattern, data, meta: { s3Event: own(body, 'Records') } };
    },
  });
}

function isTestEvent(body: Record<string, unknown>): boolean {
  return own(body, 'Service') === 'Amazon S3' && own(body, 'Event') === 's3:TestEvent';
}

function isNotification(body: Record<string, unknown>): boolean {
  return Object.hasOwn(body, 'Records');
}

function ignored(pattern: string): TaskPacket {
  return { pattern, data: undefined, ignore: true };
}

function recordsOf(
  body: Record<string, unknown>,
  buckets: readonly string[] | undefined,
): S3EventRecord[] {
  const records = own(body, 'Records');
  if (!Array.isArray(records) || records.length === 0) {
    throw unexpected('"Records" to be a list that is not empty', records);
  }
  return records.map((record: unknown) => recordOf(record, buckets));
}

function recordOf(entry: unknown, buckets: readonly string[] | undefined): S3EventRecord {
  const record = requireRecord(entry, 'a record of S3 to be an object');
  requireSource(record);
  const s3 = requireRecordField(record, 's3');
  const bucket = requireText(requireRecordField(s3, 'bucket'), 'name');
  requireAllowed('bucket', bucket, buckets);
  return {
    eventName: requireText(record, 'eventName'),
    eventTime: requireText(record, 'eventTime'),
    region: requireText(record, 'awsRegion'),
    bucket,
    ...objectFacts(requireRecordField(s3, 'object')),
  };
}

function requireSource(record: Record<string, unknown>): void {
  const source = own(record, 'eventSource');
  if (source === 'aws:s3') return;
  throw new UndecodableMessageError({
    problem: `expected "eventSource" to be "aws:s3", got ${JSON.stringify(source)}`,
  });
}

function objectFacts(object: Record<string, unknown>): { key: string } {
  const key = decodeKey(requireText(object, 'key'));
  const size = own(object, 'size');
  const facts = given({
    size: typeof size === 'number' ? size : undefined,
    eTag: textOrNothing(object, 'eTag'),
    versionId: textOrNothing(object, 'versionId'),
    sequencer: textOrNothing(object, 'sequencer'),
  });
  return { key, ...facts };
}

function textOrNothing(fields: Record<string, unknown>, key: string): string | undefined {
  const value = own(fields, key);
  return typeof value === 'string' ? value : undefined;
}

// S3 writes keys as a form would: a space is a plus sign.
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw new UndecodableMessageError({ problem: `the key "${key}" is not URL-encoded`, cause });
  }
}
