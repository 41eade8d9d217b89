import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger, type GatewayErrorKind } from '../../lib/contracts/index.js';
import { openConnection } from '../../lib/queue-client/index.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A service that answers every request as the test says, and the connection to it. */
async function setup(answer: Answer) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const config = { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 };
  const connection = await openConnection('default', config, { logger: silentLogger });
  const close = async () => {
    await connection.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { gateway: connection.gateway, url: `${endpoint}/000000000000/emails`, close };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const missing = { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'gone' };
const missingHeader = { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' };
const expired = { __type: 'ExpiredTokenException', message: 'expired' };
const throttled = { __type: 'com.amazonaws.sqs#RequestThrottled', message: 'slow down' };

describe('A call over HTTP that fails', () => {
  test.each<[string, Answer, GatewayErrorKind]>([
    ['a missing queue', json(400, missing, missingHeader), 'queue-not-found'],
    ['expired credentials', json(403, expired), 'unavailable'],
    ['throttling', json(403, throttled), 'throttled'],
    ['a failure of the service', json(500, { __type: 'InternalFailure' }), 'unavailable'],
    ['an error page of a proxy', json(502, '<html>Bad Gateway</html>'), 'unavailable'],
    ['an answer that is no JSON', json(200, '<html>hello</html>'), 'unavailable'],
    ['half an answer', json(200, '{"Messages":[{"Body":"x"'), 'unavailable'],
    ['a cut connection', (request) => void request.socket.destroy(), 'unavailable'],
  ])('%s becomes its kind', async (_, answer, kind) => {
    const { gateway, url, close } = await setup(answer);
    const receive = gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 20 });
    await expect(receive).rejects.toMatchObject({ kind, operation: 'ReceiveMessage', queue: url });
    await close();
  });

  test('an answer with nothing in it is no message', async () => {
    const { gateway, url, close } = await setup(json(200, {}));
    expect(await gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 20 })).toEqual([]);
    await close();
  });
});

describe('Long polls', () => {
  test('never starve other calls of sockets, and may share one signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const deleted = { Successful: [{ Id: '0' }], Failed: [] };
    const { gateway, url, close } = await setup((request, response) => {
      const isPoll = request.headers['x-amz-target'] === 'AmazonSQS.ReceiveMessage';
      if (!isPoll) json(200, deleted)(request, response);
    });
    const stop = new AbortController();
    const polls = Array.from({ length: 60 }, () =>
      gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 20 }, { signal: stop.signal }),
    );
    const ended = Promise.allSettled(polls);
    expect(await gateway.deleteBatch(url, ['handle'])).toMatchObject([{ ok: true }]);
    stop.abort();
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
    await close();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});
