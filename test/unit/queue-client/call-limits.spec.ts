import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import * as undici from 'undici';
import { GatewayError, silentLogger, type QueueGateway } from '../../../lib/contracts/index.js';
import { deferred } from '../../../lib/primitives/deferred.js';
import { ManualClock, settlePromises } from '../../../lib/primitives/manual-clock.js';
import { SdkCalls, SdkGateway } from '../../../lib/queue-client/index.js';
import { ClientTransport } from '../../../lib/queue-client/wire/client-transport.js';
import { UndiciTransport } from '../../../lib/queue-client/wire/undici-transport.js';
import { WireCalls } from '../../../lib/queue-client/wire/wire-calls.js';
import { signal } from '../../support/signals.js';

const lines = ['undici', 'handler', 'sdk'] as const;
type Line = (typeof lines)[number];

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A gateway on a clock of the test; `callTimeoutMs` is 15 s, the default. */
function gatewayBy(line: Line, config: SQSClientConfig) {
  const clock = new ManualClock();
  const client = new SQSClient({ region: 'eu-west-1', ...config });
  const gateway = new SdkGateway({
    client,
    calls: callsBy(line, client),
    ownsClient: true,
    logger: silentLogger,
    clock,
  });
  closers.push(() => gateway.close());
  return { clock, gateway };
}

function callsBy(line: Line, client: SQSClient) {
  if (line === 'sdk') return new SdkCalls(client);
  const timeouts = { connectTimeoutMs: 60_000, answerTimeoutMs: 600_000 };
  const transport =
    line === 'undici' ? new UndiciTransport({ undici, ...timeouts }) : new ClientTransport(client);
  return new WireCalls({ client, transport, userAgent: 'test' });
}

const url = 'https://sqs.eu-west-1.amazonaws.com/000000000000/jobs';

const calls: [string, number, (gateway: QueueGateway) => Promise<unknown>][] = [
  ['SendMessageBatch', 15_000, (g) => g.sendBatch(url, [{ body: 'x' }])],
  ['DeleteMessageBatch', 15_000, (g) => g.deleteBatch(url, ['h'])],
  [
    'ChangeMessageVisibilityBatch',
    15_000,
    (g) => g.changeVisibilityBatch(url, [{ receiptHandle: 'h', visibilityTimeoutSeconds: 1 }]),
  ],
  // A receive gets what it waits besides.
  ['ReceiveMessage', 35_000, (g) => g.receive(url, { maxMessages: 1, waitTimeSeconds: 20 })],
  ['ReceiveMessage', 15_000, (g) => g.receive(url, { maxMessages: 1, waitTimeSeconds: 0 })],
  ['GetQueueUrl', 15_000, (g) => g.getQueueUrl('jobs')],
  ['CreateQueue', 15_000, (g) => g.createQueue('jobs')],
  ['DeleteQueue', 15_000, (g) => g.deleteQueue(url)],
  ['ListQueues', 15_000, (g) => firstOf(g.listQueueUrls())],
  ['ListDeadLetterSourceQueues', 15_000, (g) => firstOf(g.listDeadLetterSourceUrls(url))],
  ['GetQueueAttributes', 15_000, (g) => g.getQueueAttributes(url)],
  ['SetQueueAttributes', 15_000, (g) => g.setQueueAttributes(url, {})],
  ['PurgeQueue', 15_000, (g) => g.purgeQueue(url)],
  ['TagQueue', 15_000, (g) => g.tagQueue(url, {})],
  ['ListQueueTags', 15_000, (g) => g.listQueueTags(url)],
  ['StartMessageMoveTask', 15_000, (g) => g.startMoveTask({ sourceArn: 'arn' })],
  ['ListMessageMoveTasks', 15_000, (g) => g.listMoveTasks('arn')],
  ['CancelMessageMoveTask', 15_000, (g) => g.cancelMoveTask('task')],
];

async function firstOf(urls: AsyncIterable<string>): Promise<string | undefined> {
  for await (const one of urls) return one;
  return undefined;
}

describe.each(lines)('A credentials provider that never answers, by %s', (line) => {
  test.each(calls)('ends %s after %i ms, and is named', async (operation, limitMs, call) => {
    const { clock, gateway } = gatewayBy(line, { credentials: () => new Promise(() => {}) });
    const seen = endOf(call(gateway));
    await clock.advance(limitMs - 1);
    expect(seen.error).toBeUndefined();
    await clock.advance(1);
    expect(seen.error).toBeInstanceOf(GatewayError);
    expect(seen.error).toMatchObject({ kind: 'timeout', operation, isPassing: true });
    expect(String(seen.error)).toContain(
      `no answer within ${limitMs} ms: the credentials provider has not answered`,
    );
    expect(clock.pendingTimers).toBe(0);
  });

  test('does not keep a call that is cut', async () => {
    const { clock, gateway } = gatewayBy(line, { credentials: () => new Promise(() => {}) });
    const cut = new AbortController();
    const seen = endOf(
      gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 20 }, { signal: cut.signal }),
    );
    await settlePromises();
    cut.abort();
    await settlePromises();
    expect(seen.error).toMatchObject({ kind: 'aborted', operation: 'ReceiveMessage' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('does not keep a gateway that is closed', async () => {
    const { clock, gateway } = gatewayBy(line, { credentials: () => new Promise(() => {}) });
    const seen = [endOf(gateway.getQueueUrl('jobs')), endOf(gateway.deleteBatch(url, ['h']))];
    await settlePromises();
    await gateway.close();
    await settlePromises();
    expect(seen.map(({ error }) => (error as GatewayError).kind)).toEqual(['aborted', 'aborted']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('does not keep what is asked of a gateway that is closed already', async () => {
    const { clock, gateway } = gatewayBy(line, { credentials: () => new Promise(() => {}) });
    await gateway.close();
    for (const [operation, , call] of calls) {
      const { error } = await settledEnd(call(gateway));
      expect(error).toMatchObject({ kind: 'aborted', operation, isPassing: false });
      expect(String(error)).toContain('failed: the connection is closed');
    }
    expect(clock.pendingTimers).toBe(0);
  });

  test('that answers after all sends nothing for a call that is over', async () => {
    const identity = deferred<{ accessKeyId: string; secretAccessKey: string }>();
    const server = await holding();
    const { clock, gateway } = gatewayBy(line, {
      endpoint: server.url,
      credentials: () => identity.promise,
    });
    const seen = endOf(gateway.sendBatch(`${server.url}/0/jobs`, [{ body: 'x' }]));
    await clock.advance(15_000);
    expect(seen.error).toMatchObject({ kind: 'timeout' });
    identity.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
    // The next call is answered for by the same credentials: whatever the first would do, it has done before.
    void endOf(gateway.deleteBatch(`${server.url}/0/jobs`, ['h']));
    expect(await server.asked.next()).toBe('DeleteMessageBatch');
  });
});

describe.each(lines)('An endpoint that accepts, by %s', (line) => {
  test.each([
    ['never answers', undefined],
    ['stops after the headers', '{"Successful": ['],
  ])('and %s ends a send after its time limit, and its connection with it', async (_, begun) => {
    const server = await holding(begun);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const { clock, gateway } = gatewayBy(line, { endpoint: server.url, credentials });
    const seen = endOf(gateway.sendBatch(`${server.url}/0/jobs`, [{ body: 'x' }]));
    expect(await server.asked.next()).toBe('SendMessageBatch');
    await clock.advance(15_000);
    await server.left.next();
    await settlePromises();
    expect(seen.error).toMatchObject({ kind: 'timeout', operation: 'SendMessageBatch' });
    expect(String(seen.error)).toContain('no answer within 15000 ms (CallTimeout)');
    expect(server.asked.count).toBe(1);
  });
});

/** What a promise came to. */
function endOf(work: Promise<unknown>): { error?: unknown } {
  const seen: { error?: unknown } = {};
  work.catch((error: unknown) => void (seen.error = error));
  return seen;
}

async function settledEnd(work: Promise<unknown>): Promise<{ error?: unknown }> {
  const seen = endOf(work);
  await settlePromises();
  return seen;
}

/** A server that reads requests and answers none, or begins to. */
async function holding(begun?: string) {
  const asked = signal<string>();
  const left = signal();
  const server = createServer((request, response) => {
    request.resume();
    asked.fire(String(request.headers['x-amz-target']).replace('AmazonSQS.', ''));
    response.on('close', () => left.fire());
    if (begun !== undefined) response.writeHead(200).write(begun);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, left };
}
