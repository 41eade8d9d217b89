import { connect } from 'node:net';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';
import { MemoryServer } from '../../../../lib/queue-client/memory/http/memory-server.js';
import { MemoryQueueService } from '../../../../lib/queue-client/memory/memory-queue-service.js';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const batch = (...Entries: object[]) => ({ QueueUrl: 'http://x/0/rules', Entries });
const entry = (Id: string) => ({ Id, MessageBody: 'x' });

describe('MemoryServer', () => {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  let server: MemoryServer;

  beforeAll(async () => void (server = await MemoryServer.start({ service })));
  afterAll(() => server.close());

  async function call(action: string, request: unknown, options: { signal?: AbortSignal } = {}) {
    const body = typeof request === 'string' ? request : JSON.stringify(request);
    const headers = {
      'x-amz-target': `AmazonSQS.${action}`,
      'content-type': 'application/x-amz-json-1.0',
    };
    const init = { method: 'POST', headers, body, ...options };
    const response = await fetch(server.endpoint, init);
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, answer, code: response.headers.get('x-amzn-query-error') };
  }

  const queue = async (name: string, attributes = {}): Promise<string> => {
    const { answer } = await call('CreateQueue', { QueueName: name, Attributes: attributes });
    return String(answer['QueueUrl']);
  };

  // As an SDK of Python or Go writes them: recorded members and checksums of the API reference's example.
  test('answers with the checksums that SDKs verify', async () => {
    const QueueUrl = await queue('sums');
    const MessageAttributes = {
      b: { DataType: 'Binary', BinaryValue: Buffer.of(0, 255).toString('base64') },
      a: { DataType: 'String', StringValue: 'ä' },
      n: { DataType: 'Number.int', StringValue: '7' },
    };
    const sent = await call('SendMessage', { QueueUrl, MessageBody: 'hello', MessageAttributes });
    expect(sent.answer).toEqual({
      MessageId: expect.any(String),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
      MD5OfMessageAttributes: '53946b8953d239486553379e5231e5d0',
    });
    const asked = { QueueUrl, MessageAttributeNames: ['All'] };
    const received = await call('ReceiveMessage', asked);
    expect(received.answer['Messages']).toMatchObject([
      {
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        MD5OfMessageAttributes: '53946b8953d239486553379e5231e5d0',
        MessageAttributes,
      },
    ]);
  });

  test('gives the attributes that were asked for, and none unasked', async () => {
    const QueueUrl = await queue('asked');
    const MessageAttributes = { 'app.one': text('1'), 'app.two': text('2'), other: text('3') };
    const namesFor = async (request: object): Promise<[string[], string[]]> => {
      await call('SendMessage', { QueueUrl, MessageBody: 'x', MessageAttributes });
      const { answer } = await call('ReceiveMessage', { QueueUrl, ...request });
      const [message] = answer['Messages'] as Record<string, object | undefined>[];
      return [
        Object.keys(message?.['MessageAttributes'] ?? {}),
        Object.keys(message?.['Attributes'] ?? {}),
      ];
    };
    expect(await namesFor({})).toEqual([[], []]);
    expect(await namesFor({ MessageAttributeNames: ['app.*'] })).toEqual([
      ['app.one', 'app.two'],
      [],
    ]);
    expect(await namesFor({ MessageAttributeNames: ['other', 'none'] })).toEqual([['other'], []]);
    expect(await namesFor({ AttributeNames: ['SentTimestamp'] })).toEqual([[], ['SentTimestamp']]);
    const systemNames = ['ApproximateReceiveCount'];
    expect(await namesFor({ MessageSystemAttributeNames: systemNames })).toEqual([[], systemNames]);
  });

  test('a poll whose client is gone takes nothing: the next message goes to who asks for it', async () => {
    const QueueUrl = await queue('gone');
    const ended = service.named('gone').polls;
    for (let round = 0; round < 20; round++) {
      const gone = new AbortController();
      const poll = call(
        'ReceiveMessage',
        { QueueUrl, WaitTimeSeconds: 20 },
        { signal: gone.signal },
      );
      await vi.waitFor(() => expect(ended.count).toBe(1));
      gone.abort();
      await poll.catch(() => {});
      await call('SendMessage', { QueueUrl, MessageBody: `m${round}` });
      const asked = { QueueUrl, AttributeNames: ['ApproximateReceiveCount'] };
      const { answer } = await call('ReceiveMessage', asked);
      expect(answer['Messages']).toMatchObject([
        { Body: `m${round}`, Attributes: { ApproximateReceiveCount: '1' } },
      ]);
      const [{ ReceiptHandle }] = answer['Messages'] as [{ ReceiptHandle: string }];
      await call('DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  });

  test('a client that is killed in the middle of a poll takes nothing', async () => {
    const QueueUrl = await queue('killed');
    const body = JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 });
    const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nhost: a\r\nx-amz-target: AmazonSQS.ReceiveMessage\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(() => expect(service.named('killed').polls.count).toBe(1));
    socket.resetAndDestroy();
    await vi.waitFor(() => expect(service.named('killed').polls.count).toBe(0));
    await call('SendMessage', { QueueUrl, MessageBody: 'x' });
    expect(service.stats('killed')).toMatchObject({ visible: 1, inflight: 0 });
  });

  test('a receive waits as long as its queue says where it says nothing', async () => {
    const QueueUrl = await queue('waits', { ReceiveMessageWaitTimeSeconds: '5' });
    const poll = call('ReceiveMessage', { QueueUrl });
    await vi.waitFor(() => expect(service.named('waits').polls.count).toBe(1));
    await clock.advance(5_000);
    expect((await poll).answer).toEqual({});
  });

  test('URLs name the address that the client used', async () => {
    const port = new URL(server.endpoint).port;
    const response = await fetch(`http://localhost:${port}/`, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' },
      body: '{"QueueName":"here"}',
    });
    expect(await response.json()).toEqual({
      QueueUrl: `http://localhost:${port}/000000000000/here`,
    });
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => entry(`e${index}`));

  test.each<[string, string, unknown, string, string]>([
    [
      'no such queue',
      'GetQueueUrl',
      { QueueName: 'none' },
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue;Sender',
    ],
    [
      'a batch of none',
      'SendMessageBatch',
      batch(),
      'EmptyBatchRequest',
      'AWS.SimpleQueueService.EmptyBatchRequest;Sender',
    ],
    [
      'a batch of eleven',
      'SendMessageBatch',
      batch(...many(11)),
      'TooManyEntriesInBatchRequest',
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest;Sender',
    ],
    [
      'an id twice',
      'SendMessageBatch',
      batch(entry('a'), entry('a')),
      'BatchEntryIdsNotDistinct',
      'AWS.SimpleQueueService.BatchEntryIdsNotDistinct;Sender',
    ],
    [
      'a bad id',
      'DeleteMessageBatch',
      batch({ Id: 'a b', ReceiptHandle: 'x' }),
      'InvalidBatchEntryId',
      'AWS.SimpleQueueService.InvalidBatchEntryId;Sender',
    ],
    [
      'a parameter that is missing',
      'DeleteMessage',
      { QueueUrl: 'http://x/0/rules' },
      'MissingParameter',
      'MissingParameter;Sender',
    ],
    [
      'no handle',
      'DeleteMessage',
      { QueueUrl: 'http://x/0/rules', ReceiptHandle: 'x' },
      'ReceiptHandleIsInvalid',
      'ReceiptHandleIsInvalid;Sender',
    ],
    [
      'a number as text',
      'ReceiveMessage',
      { QueueUrl: 'http://x/0/rules', WaitTimeSeconds: '1' },
      'SerializationException',
      'SerializationException;Sender',
    ],
    [
      'entries that are no list',
      'SendMessageBatch',
      { QueueUrl: 'http://x/0/rules', Entries: {} },
      'SerializationException',
      'SerializationException;Sender',
    ],
    [
      'an entry that is none',
      'SendMessageBatch',
      batch(7 as unknown as object),
      'SerializationException',
      'SerializationException;Sender',
    ],
    ['no JSON', 'ListQueues', '{"a":', 'SerializationException', 'SerializationException;Sender'],
    ['no object', 'ListQueues', '[1]', 'SerializationException', 'SerializationException;Sender'],
    [
      'no action of SQS',
      'DropTables',
      {},
      'UnknownOperationException',
      'UnknownOperationException;Sender',
    ],
    [
      'a wait of 21 seconds',
      'ReceiveMessage',
      { QueueUrl: 'http://x/0/rules', WaitTimeSeconds: 21 },
      'InvalidParameterValue',
      'InvalidParameterValue;Sender',
    ],
  ])('refuses %s in the words of SQS', async (_name, action, request, type, queryCode) => {
    await queue('rules');
    const { status, answer, code } = await call(action, request);
    expect(status).toBe(400);
    expect(answer).toEqual({ __type: `com.amazonaws.sqs#${type}`, message: expect.any(String) });
    expect(code).toBe(queryCode);
  });

  test('lists a page at a time', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await queue(name);
    const first = await call('ListQueues', { QueueNamePrefix: 'page-', MaxResults: 2 });
    expect(first.answer['QueueUrls']).toHaveLength(2);
    const { NextToken } = first.answer;
    const rest = await call('ListQueues', { QueueNamePrefix: 'page-', MaxResults: 2, NextToken });
    expect(rest.answer).toEqual({ QueueUrls: [expect.stringMatching(/page-c$/)] });
  });

  test('tags come and go', async () => {
    const QueueUrl = await queue('tagged');
    await call('TagQueue', { QueueUrl, Tags: { a: '1', b: '2' } });
    await call('UntagQueue', { QueueUrl, TagKeys: ['a'] });
    expect((await call('ListQueueTags', { QueueUrl })).answer).toEqual({ Tags: { b: '2' } });
  });

  test('tells a browser, or an old SDK, what it is', async () => {
    const answer = await (await fetch(server.endpoint)).json();
    expect(answer).toMatchObject({
      message: expect.stringContaining('memory emulator of Amazon SQS'),
    });
  });

  test('refuses a request larger than any of SQS, and goes on', async () => {
    const { answer } = await call('SendMessage', 'x'.repeat(9 * 1024 * 1024));
    expect(answer['__type']).toBe('com.amazonaws.sqs#RequestEntityTooLarge');
    expect((await call('ListQueues', {})).status).toBe(200);
  });
});
