import { s3Event } from '../../../lib/serialization/index.js';
import { decodeBy, encodeBy, problemOf, received } from '../../support/recorded.js';

const record = {
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-west-2',
  eventTime: '2026-01-01T00:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'testConfigRule',
    bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
    object: {
      key: 'a+folder/caf%C3%A9%2B1.png',
      size: 1024,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
      sequencer: '0055AED6DCD90281E5',
    },
  },
};
const testEvent =
  '{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-10-13T15:57:02.089Z","Bucket":"uploads","RequestId":"R","HostId":"H"}';

describe('s3Event', () => {
  test('reads the records, their keys as S3 knows them, and sets aside what S3 wrote', () => {
    expect(decodeBy(s3Event(), received(body(record)))).toEqual({
      pattern: 's3Event',
      data: [
        {
          eventName: 'ObjectCreated:Put',
          eventTime: record.eventTime,
          region: 'us-west-2',
          bucket: 'uploads',
          key: 'a folder/café+1.png',
          size: 1024,
          eTag: record.s3.object.eTag,
          versionId: record.s3.object.versionId,
          sequencer: record.s3.object.sequencer,
        },
      ],
      meta: { s3Event: [record] },
    });
  });

  test('reads a removal, which has no size, under the name it is told', () => {
    const object = { key: 'k', sequencer: '01' };
    const removal = { ...record, eventName: 'ObjectRemoved:Delete', s3: { ...record.s3, object } };
    const packet = decodeBy(s3Event({ pattern: 'thumbnails' }), received(body(removal, removal)));
    expect(packet.pattern).toBe('thumbnails');
    expect(packet.data).toHaveLength(2);
    expect(packet.data).not.toMatchObject([{ size: expect.anything() as unknown }, {}]);
  });

  test("ignores S3's test message", () => {
    expect(decodeBy(s3Event(), received(testEvent))).toMatchObject({ ignore: true });
  });

  test('passes through what is no notification, and sends none', () => {
    const native = '{"pattern":"p","data":1}';
    expect(decodeBy(s3Event(), received(native))).toEqual({ pattern: 'p', data: 1 });
    expect(encodeBy(s3Event(), { pattern: 'p', data: 1 })).toEqual({ body: native });
  });

  test('takes only the buckets it is told', () => {
    const message = received(body(record));
    expect(decodeBy(s3Event({ buckets: ['uploads'] }), message).data).toHaveLength(1);
    const refused = () => decodeBy(s3Event({ buckets: ['other'] }), message);
    expect(problemOf(refused)).toMatch('bucket "uploads"');
  });

  test.each([
    ['no record', body()],
    ['records that are no list', '{"Records":{}}'],
    ['a record that is no object', '{"Records":[null]}'],
    ['another source', body({ ...record, eventSource: 'aws:ses' })],
    ['no source', body({ ...record, eventSource: undefined })],
    ['no name', body({ ...record, eventName: undefined })],
    ['no time', body({ ...record, eventTime: undefined })],
    ['no region', body({ ...record, awsRegion: undefined })],
    ['no bucket', body({ ...record, s3: { ...record.s3, bucket: {} } })],
    ['no object', body({ ...record, s3: { ...record.s3, object: undefined } })],
    ['a key that is not encoded', body({ ...record, s3: { ...record.s3, object: { key: '%' } } })],
    ['half of a test message', '{"Event":"s3:TestEvent"}'],
  ])('does not read %s', (_name, text) =>
    expect(problemOf(() => decodeBy(s3Event(), received(text)))).toMatch('cannot be decoded'),
  );
});

function body(...records: unknown[]): string {
  return JSON.stringify({ Records: records });
}
