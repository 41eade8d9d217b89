import { eventBridge, rawFormat } from '../../../lib/serialization/index.js';
import { decodeBy, encodeBy, problemOf, received } from '../../support/recorded.js';

const event = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:111122223333:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
};

describe('eventBridge', () => {
  test('reads an event by its detail type', () => {
    const { 'detail-type': pattern, detail, ...facts } = event;
    expect(decodeBy(eventBridge(), received(JSON.stringify(event)))).toEqual({
      pattern,
      data: detail,
      meta: { eventBridge: facts },
    });
  });

  test('says of a replayed event which replay it is', () => {
    const body = JSON.stringify({ ...event, 'replay-name': 'again' });
    const { meta } = decodeBy(eventBridge(), received(body));
    expect(meta).toMatchObject({ eventBridge: { replayName: 'again' } });
  });

  test('passes through what is no event, and sends no events', () => {
    const native = '{"pattern":"p","data":1}';
    expect(decodeBy(eventBridge(), received(native))).toEqual({ pattern: 'p', data: 1 });
    expect(encodeBy(eventBridge(), { pattern: 'p', data: 1 })).toEqual({ body: native });
    expect(decodeBy(eventBridge({ format: rawFormat }), received('tick'), 'cron')).toEqual({
      pattern: 'cron',
      data: 'tick',
    });
  });

  test('takes only the sources it is told', () => {
    const body = received(JSON.stringify(event));
    expect(decodeBy(eventBridge({ sources: ['aws.ec2'] }), body).pattern).toBe(
      event['detail-type'],
    );
    const refused = () => decodeBy(eventBridge({ sources: ['my.app'] }), body);
    expect(problemOf(refused)).toMatch('source "aws.ec2"');
  });

  test.each([
    ['no detail', { detail: undefined }],
    ['a detail that is no object', { detail: 'x' }],
    ['no source', { source: undefined }],
    ['no account', { account: 1 }],
    ['no id', { id: '' }],
    ['no time', { time: null }],
    ['no region', { region: undefined }],
    ['no version', { version: 0 }],
    ['no resources', { resources: undefined }],
    ['a type that is no text', { 'detail-type': 5 }],
  ])('does not read an event with %s', (_name, change) => {
    const body = JSON.stringify({ ...event, ...change });
    expect(problemOf(() => decodeBy(eventBridge(), received(body)))).toMatch('cannot be decoded');
  });
});
