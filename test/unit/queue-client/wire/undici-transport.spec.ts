import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as undici from 'undici';
import { UndiciTransport } from '../../../../lib/queue-client/wire/undici-transport.js';
import { gate } from '../../../support/signals.js';

async function setup(listener: RequestListener, answerTimeoutMs = 10_000) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = new UndiciTransport({ undici, connectTimeoutMs: 10_000, answerTimeoutMs });
  const { port } = server.address() as AddressInfo;
  const request = {
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    path: '/',
    headers: { 'content-length': '2' },
    body: Buffer.from('{}'),
  };
  return {
    server,
    transport,
    post: (signal?: AbortSignal) => transport.post(request, signal),
    async close() {
      await transport.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('UndiciTransport', () => {
  test('no request waits behind another: each that is open has its connection', async () => {
    const held: (() => void)[] = [];
    const sockets = new Set<unknown>();
    const all = gate();
    const { post, close } = await setup((request, response) => {
      sockets.add(request.socket);
      held.push(() => void response.end('{}'));
      if (held.length === 30) all.open();
    });
    const answers = Array.from({ length: 30 }, () => post());
    await all.opened;
    expect(sockets.size).toBe(30);
    for (const answer of held) answer();
    expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: 30 }, () => 200),
    );
    await close();
  });

  test('an abort ends its own request only, and the next one goes through', async () => {
    const stop = new AbortController();
    let count = 0;
    const { post, close } = await setup((_request, response) => {
      count += 1;
      if (count === 1) stop.abort();
      else response.end('{"a":1}');
    });
    const [first] = await Promise.allSettled([post(stop.signal)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
    expect(Buffer.from((await post()).body).toString()).toBe('{"a":1}');
    await close();
  });

  test('leaves no listener on a signal that many requests share', async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const added = vi.spyOn(signal, 'addEventListener');
    const { post, close } = await setup((_request, response) => void response.end('{}'));
    await Promise.all([post(signal), post(signal)]);
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed).toHaveBeenCalledTimes(2);
    await close();
  });

  test('a body that stops coming ends with the time for answers', async () => {
    const { post, close } = await setup((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"Messages"');
    }, 1_000);
    const answer = await post();
    expect(answer).toMatchObject({ statusCode: 200, brokenBy: { name: 'TimeoutError' } });
    expect(Buffer.from(answer.body).toString()).toBe('{"Messages"');
    await close();
  });

  test('closing ends what is open, and twice is the same as once', async () => {
    const { transport, post, server, close } = await setup(() => {});
    const open = Promise.allSettled([post()]);
    await once(server, 'request');
    await Promise.all([transport.close(), transport.close()]);
    expect((await open)[0]?.status).toBe('rejected');
    await close();
  });
});
