import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildApp } from 'fauxqs';
import {
  blackHole,
  delayAnswer,
  delayRequest,
  dropEntries,
  duplicateMessage,
  failEntries,
  FaultProxy,
  garbage,
  htmlError,
  lostResponse,
  reset,
  serverError,
  slowDrip,
  throttle,
} from '../../support/fault-proxy.js';
import { gate, signal } from '../../support/signals.js';

type Body = Record<string, unknown>;

/** Says what it was asked, and takes every entry. */
class Upstream {
  readonly asked: { operation: string; body: Body; connection: number | undefined }[] = [];
  /** Operations as they come in, and those whose caller went before the answer. */
  readonly heard = signal<string>();
  readonly dropped = signal<string>();
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((raw) => {
      const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
      const body = JSON.parse(raw) as Body;
      this.asked.push({ operation, body, connection: request.socket.remotePort });
      this.heard.fire(operation);
      response.once('close', () => response.writableEnded || this.dropped.fire(operation));
      if (operation === 'NeverAnswered') return;
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': '1' });
      response.end(JSON.stringify(answerTo(operation, body)));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

function answerTo(operation: string, body: Body): Body {
  if (operation === 'ReceiveMessage')
    return { Messages: [{ MessageId: 'm1' }, { MessageId: 'm2' }] };
  const entries = (body['Entries'] ?? []) as { Id: string }[];
  return { Successful: entries.map(({ Id }) => ({ Id })), host: 'upstream' };
}

async function call(url: string, operation: string, body: Body = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    },
    body: JSON.stringify(body),
  });
  const raw = await response.text();
  return { status: response.status, headers: response.headers, raw };
}

async function callJson(url: string, operation: string, body: Body = {}): Promise<Body> {
  return JSON.parse((await call(url, operation, body)).raw) as Body;
}

async function statuses(url: string, count: number, operation = 'SendMessage'): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await call(url, operation)).status);
  return found;
}

const entries = { Entries: [{ Id: 'a' }, { Id: 'b' }, { Id: 'c' }] };

describe('FaultProxy', () => {
  let upstream: Upstream;
  let proxy: FaultProxy;

  beforeEach(async () => {
    upstream = new Upstream();
    proxy = await FaultProxy.start({ target: await upstream.listen() });
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  test('passes everything through and counts it', async () => {
    expect(await callJson(proxy.url, 'DeleteMessageBatch', entries)).toMatchObject({
      Successful: entries.Entries,
    });
    await call(proxy.url, 'ReceiveMessage');
    await call(proxy.url, 'ReceiveMessage');
    expect(upstream.asked[0]?.body).toEqual(entries);
    expect(proxy.counts()).toEqual({ DeleteMessageBatch: 1, ReceiveMessage: 2 });
    expect([proxy.count('ReceiveMessage'), proxy.count('SendMessage')]).toEqual([2, 0]);
  });

  test('listens on this machine only', () => {
    expect(new URL(proxy.url).hostname).toBe('127.0.0.1');
  });

  test('keeps connections to the target alive', async () => {
    for (let i = 0; i < 5; i++) await call(proxy.url, 'ReceiveMessage');
    expect(new Set(upstream.asked.map(({ connection }) => connection)).size).toBe(1);
  });

  test('tells a test of the next request', async () => {
    const seen = proxy.when('DeleteMessageBatch');
    await call(proxy.url, 'ReceiveMessage');
    await call(proxy.url, 'DeleteMessageBatch', entries);
    expect(await seen).toEqual({ operation: 'DeleteMessageBatch', body: entries });
  });

  describe('rules', () => {
    test('apply to their operation, after so many, so often', async () => {
      const operation = 'SendMessage';
      const rule = proxy.inject({ operation, after: 1, times: 2, fault: throttle() });
      expect(await statuses(proxy.url, 1, 'ReceiveMessage')).toEqual([200]);
      expect(await statuses(proxy.url, 4)).toEqual([200, 400, 400, 200]);
      expect(rule.hits).toBe(2);
    });

    test('apply where their question says so', async () => {
      proxy.inject({ where: ({ body }) => body['Bad'] === true, fault: throttle() });
      const answers = [await call(proxy.url, 'X', { Bad: true }), await call(proxy.url, 'X')];
      expect(answers.map(({ status }) => status)).toEqual([400, 200]);
    });

    test('apply by chance, the same for the same seed', async () => {
      const other = await FaultProxy.start({ target: proxy.url });
      const rule = { probability: 0.5, fault: throttle() };
      const hits = [proxy.inject(rule), other.inject(rule)];
      const first = await statuses(proxy.url, 20);
      proxy.clear();
      const again = await statuses(other.url, 20);
      await other.close();
      expect(again).toEqual(first);
      expect(hits[0]?.hits).toBeGreaterThan(2);
      expect(hits[0]?.hits).toBeLessThan(18);
    });

    test('end when they are removed or cleared', async () => {
      proxy.inject({ fault: throttle() }).remove();
      proxy.inject({ fault: reset() });
      proxy.clear();
      expect(await statuses(proxy.url, 1)).toEqual([200]);
    });
  });

  describe('faults', () => {
    test('throttle as SQS does', async () => {
      proxy.inject({ fault: throttle() });
      const { status, headers, raw } = await call(proxy.url, 'SendMessage');
      expect(status).toBe(400);
      expect(headers.get('x-amzn-query-error')).toBe('RequestThrottled;Sender');
      expect(JSON.parse(raw)).toMatchObject({ __type: 'com.amazonaws.sqs#RequestThrottled' });
      expect(upstream.asked).toEqual([]);
    });

    test('fail as a server', async () => {
      proxy.inject({ times: 1, fault: serverError(503) });
      proxy.inject({ fault: htmlError() });
      expect((await call(proxy.url, 'SendMessage')).status).toBe(503);
      const { status, headers } = await call(proxy.url, 'SendMessage');
      expect([status, headers.get('content-type')]).toEqual([502, 'text/html']);
    });

    test('answer nonsense with a good status', async () => {
      proxy.inject({ fault: garbage() });
      const { status, raw } = await call(proxy.url, 'SendMessage');
      expect(status).toBe(200);
      expect(() => JSON.parse(raw) as unknown).toThrow(SyntaxError);
    });

    test('break the connection before the request is done', async () => {
      proxy.inject({ fault: reset() });
      await expect(call(proxy.url, 'SendMessage')).rejects.toThrow('fetch failed');
      expect(upstream.asked).toEqual([]);
    });

    test('break the connection after the request is done', async () => {
      proxy.inject({ fault: lostResponse() });
      await expect(call(proxy.url, 'SendMessage')).rejects.toThrow('fetch failed');
      expect(upstream.asked).toHaveLength(1);
    });

    test('hold requests until they are released', async () => {
      proxy.inject({ times: 1, fault: blackHole() });
      const held = proxy.when('SendMessage');
      const answer = call(proxy.url, 'SendMessage');
      await held;
      await call(proxy.url, 'ReceiveMessage');
      expect(upstream.asked.map(({ operation }) => operation)).toEqual(['ReceiveMessage']);
      proxy.release();
      expect((await answer).status).toBe(200);
    });

    test('hold requests, or only their answers, until a signal', async () => {
      const [late, slow] = [gate(), gate()];
      proxy.inject({ operation: 'Late', fault: delayRequest(late.opened) });
      proxy.inject({ operation: 'Slow', fault: delayAnswer(slow.opened) });
      const seen = [proxy.when('Late'), proxy.when('Slow')];
      const answers = [call(proxy.url, 'Late'), call(proxy.url, 'Slow')];
      await Promise.all(seen);
      expect(await upstream.heard.next()).toBe('Slow');
      expect(upstream.asked).toHaveLength(1);
      late.open();
      slow.open();
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    });

    test('answer in small pieces', async () => {
      let pieces = 0;
      const pace = async () => void pieces++;
      proxy.inject({ fault: slowDrip(4, pace) });
      const { raw } = await call(proxy.url, 'DeleteMessageBatch', entries);
      expect(JSON.parse(raw)).toMatchObject({ Successful: entries.Entries });
      expect(pieces).toBe(Math.ceil(raw.length / 4));
    });

    test('fail entries that were not done', async () => {
      const options = { code: 'Throttled', senderFault: true };
      proxy.inject({ fault: failEntries({ ...options, which: (id) => id === 'b' }) });
      expect(await callJson(proxy.url, 'SendMessageBatch', entries)).toMatchObject({
        Successful: [{ Id: 'a' }, { Id: 'c' }],
        Failed: [{ Id: 'b', Code: 'Throttled', SenderFault: true }],
      });
      expect(upstream.asked[0]?.body['Entries']).toEqual([{ Id: 'a' }, { Id: 'c' }]);
    });

    test('fail entries that were done all the same', async () => {
      proxy.inject({ fault: failEntries({ isDone: true }) });
      expect(await callJson(proxy.url, 'SendMessageBatch', entries)).toMatchObject({
        Successful: [],
        Failed: [{ Id: 'a' }, { Id: 'b' }, { Id: 'c' }],
      });
      expect(upstream.asked[0]?.body).toEqual(entries);
    });

    test('fail a whole batch without a request that SQS would refuse', async () => {
      proxy.inject({ fault: failEntries() });
      const { Failed } = await callJson(proxy.url, 'SendMessageBatch', entries);
      expect(Failed).toHaveLength(3);
      expect(upstream.asked).toEqual([]);
    });

    test('leave entries out of the answer', async () => {
      proxy.inject({ fault: dropEntries((_id, index) => index === 0) });
      expect(await callJson(proxy.url, 'DeleteMessageBatch', entries)).toMatchObject({
        Successful: [{ Id: 'b' }, { Id: 'c' }],
        Failed: [],
      });
      expect(upstream.asked[0]?.body).toEqual(entries);
    });

    test('give a message twice', async () => {
      proxy.inject({ fault: duplicateMessage(1) });
      expect(await callJson(proxy.url, 'ReceiveMessage')).toEqual({
        Messages: [{ MessageId: 'm1' }, { MessageId: 'm2' }, { MessageId: 'm2' }],
      });
    });
  });

  describe('close', () => {
    test('ends open long polls and held requests', async () => {
      const door = gate();
      proxy.inject({ operation: 'Held', fault: blackHole() });
      proxy.inject({ operation: 'Slow', fault: delayAnswer(door.opened) });
      const operations = ['NeverAnswered', 'Held', 'Slow'];
      const seen = operations.map((operation) => proxy.when(operation));
      const polls = operations.map((operation) => call(proxy.url, operation));
      const ends = Promise.allSettled(polls);
      await Promise.all(seen);
      await proxy.close();
      expect((await ends).map(({ status }) => status)).toEqual(operations.map(() => 'rejected'));
    });

    test('may come twice', async () => {
      await Promise.all([proxy.close(), proxy.close()]);
      await expect(call(proxy.url, 'SendMessage')).rejects.toThrow('fetch failed');
    });

    test('ends the request of a client that has gone', async () => {
      const client = new AbortController();
      const seen = proxy.when('NeverAnswered');
      const poll = fetch(proxy.url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonSQS.NeverAnswered' },
        body: '{}',
        signal: client.signal,
      });
      await seen;
      await upstream.heard.next();
      client.abort();
      await expect(poll).rejects.toThrow('aborted');
      expect(await upstream.dropped.next()).toBe('NeverAnswered');
    });
  });
});

describe('FaultProxy before fauxqs', () => {
  const app = buildApp({ logger: false });
  let proxy: FaultProxy;

  beforeAll(async () => {
    proxy = await FaultProxy.start({ target: await app.listen({ port: 0, host: '127.0.0.1' }) });
  });

  afterAll(async () => {
    await proxy.close();
    await app.close();
  });

  test('loses nothing but the answer', async () => {
    const { QueueUrl } = await callJson(proxy.url, 'CreateQueue', { QueueName: 'jobs' });
    expect(new URL(String(QueueUrl)).port).toBe(new URL(proxy.url).port);
    proxy.inject({ operation: 'SendMessage', times: 1, fault: lostResponse() });
    const message = { QueueUrl, MessageBody: 'hello' };
    await expect(call(proxy.url, 'SendMessage', message)).rejects.toThrow('fetch failed');
    expect(await callJson(proxy.url, 'ReceiveMessage', { QueueUrl })).toMatchObject({
      Messages: [{ Body: 'hello' }],
    });
  });
});
