import { once } from 'node:events';
import { connect } from 'node:net';
import { MemoryServer } from '../../lib/queue-client/memory/http/memory-server.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';

/**
 * Raw requests in the manner of SDKs of other languages: their headers, and how each writes JSON. Made by hand, since none of
 * these SDKs can be installed from npm.
 */
const requests = {
  // Spaces in the JSON, everything but ASCII escaped.
  'Python (botocore)': [
    [
      'POST / HTTP/1.1',
      'Host: 127.0.0.1',
      'Accept-Encoding: identity',
      'X-Amz-Target: AmazonSQS.SendMessage',
      'Content-Type: application/x-amz-json-1.0',
      'X-Amzn-Query-Mode: true',
      'User-Agent: Boto3/1.40.30 md/Botocore#1.40.30 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.12.3',
      'X-Amz-Date: 20261127T190000Z',
      'Authorization: AWS4-HMAC-SHA256 Credential=any/20261127/us-east-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=00',
      'amz-sdk-invocation-id: 6f1b2f0e-8d3a-4a3e-9d3c-1d2a0f8f4a11',
      'amz-sdk-request: attempt=1',
    ],
    String.raw`{"QueueUrl": "http://127.0.0.1/000000000000/mixed", "MessageBody": "to Ada \ud83c\udf89 <b>"}`,
  ],
  // HTML is escaped, names come in the order of the alphabet.
  'Go (aws-sdk-go-v2)': [
    [
      'POST / HTTP/1.1',
      'Host: 127.0.0.1',
      'User-Agent: aws-sdk-go-v2/1.39.0 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#amd64 api/sqs#1.42.5',
      'Accept-Encoding: gzip',
      'Amz-Sdk-Invocation-Id: 6f1b2f0e-8d3a-4a3e-9d3c-1d2a0f8f4a11',
      'Amz-Sdk-Request: attempt=1; max=3',
      'Authorization: AWS4-HMAC-SHA256 Credential=any/20261127/us-east-1/sqs/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=00',
      'Content-Type: application/x-amz-json-1.0',
      'X-Amz-Date: 20261127T190000Z',
      'X-Amz-Target: AmazonSQS.SendMessage',
    ],
    String.raw`{"MessageBody":"to Ada 🎉 \u003cb\u003e","QueueUrl":"http://127.0.0.1/000000000000/mixed"}`,
  ],
  'Java (sdk 2)': [
    [
      'POST / HTTP/1.1',
      'amz-sdk-invocation-id: 6f1b2f0e-8d3a-4a3e-9d3c-1d2a0f8f4a11',
      'amz-sdk-request: attempt=1; max=3',
      'Authorization: AWS4-HMAC-SHA256 Credential=any/20261127/us-east-1/sqs/aws4_request, SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target, Signature=00',
      'Content-Type: application/x-amz-json-1.0',
      'User-Agent: aws-sdk-java/2.34.0 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.2',
      'X-Amz-Date: 20261127T190000Z',
      'x-amz-target: AmazonSQS.SendMessage',
      'Host: 127.0.0.1',
      'Connection: Keep-Alive',
    ],
    '{"QueueUrl":"http://127.0.0.1/000000000000/mixed","MessageBody":"to Ada 🎉 <b>"}',
  ],
  'PHP (to the path of the queue, slashes escaped)': [
    [
      'POST /000000000000/mixed HTTP/1.1',
      'Host: 127.0.0.1',
      'aws-sdk-invocation-id: 5a8c3a1f6b2f0e8d3a4a3e9d3c1d2a0f',
      'aws-sdk-retry: 0/0',
      'X-Amz-Target: AmazonSQS.SendMessage',
      'Content-Type: application/x-amz-json-1.0',
      'User-Agent: aws-sdk-php/3.356.0 ua/2.1 OS/Linux#6.1 lang/php#8.3.6 GuzzleHttp/7',
      'X-Amz-Date: 20261127T190000Z',
      'Authorization: AWS4-HMAC-SHA256 Credential=any/20261127/us-east-1/sqs/aws4_request, SignedHeaders=aws-sdk-invocation-id;host;x-amz-date;x-amz-target, Signature=00',
    ],
    String.raw`{"QueueUrl":"http:\/\/127.0.0.1\/000000000000\/mixed","MessageBody":"to Ada \ud83c\udf89 <b>"}`,
  ],
} satisfies Record<string, [string[], string]>;

describe('The emulator', () => {
  let server: MemoryServer;
  const service = new MemoryQueueService();

  beforeAll(async () => {
    server = await MemoryServer.start({ service });
    await post({ 'x-amz-target': 'AmazonSQS.CreateQueue' }, { QueueName: 'mixed' });
  });
  afterAll(() => server.close());

  test.each(Object.entries(requests))('takes what an SDK sends: %s', async (_, [head, body]) => {
    const [status, headers, answer] = await spoken([
      ...head,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ]);

    expect(status).toBe('HTTP/1.1 200 OK');
    expect(headers).toContain('content-type: application/x-amz-json-1.0');
    expect(answer).toMatchObject({ MD5OfMessageBody: '7868c38d6f65009db52d9809b49372cc' });
    const QueueUrl = `${server.endpoint}/000000000000/mixed`;
    const received = await post({ 'x-amz-target': 'AmazonSQS.ReceiveMessage' }, { QueueUrl });
    expect(received).toMatchObject({ Messages: [{ Body: 'to Ada 🎉 <b>' }] });
  });

  test('takes a body in chunks, announced before it comes', async () => {
    const body = '{"QueueName":"in-chunks"}';
    const [status] = await spoken([
      'POST / HTTP/1.1',
      'Host: 127.0.0.1',
      'X-Amz-Target: AmazonSQS.CreateQueue',
      'Content-Type: application/x-amz-json-1.0',
      'Expect: 100-continue',
      'Transfer-Encoding: chunked',
      '',
      body.length.toString(16),
      body,
      '0',
      '',
      '',
    ]);

    expect(status).toBe('HTTP/1.1 100 Continue');
    expect(service.named('in-chunks').facts.name).toBe('in-chunks');
  });

  /** Status line, headers in small letters, and the body. */
  async function spoken(lines: readonly string[]): Promise<[string, string, unknown]> {
    const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(lines.join('\r\n'));
    let text = '';
    for (;;) {
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      text += bytes.toString();
      const [status, rest] = split(text, '\r\n');
      if (status.includes('100') && !rest.includes('200 OK')) continue;
      const [headers, answer] = split(rest, '\r\n\r\n');
      if (status.includes('100')) return [status, headers, undefined];
      if (answer !== '') return [status, headers.toLowerCase(), JSON.parse(answer)];
    }
  }

  async function post(headers: Record<string, string>, request: object): Promise<unknown> {
    const init = { method: 'POST', headers, body: JSON.stringify(request) };
    return (await fetch(server.endpoint, init)).json();
  }
});

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}
