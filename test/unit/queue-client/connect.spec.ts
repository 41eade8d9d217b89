import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SQSClient } from '@aws-sdk/client-sqs';
import { InvalidOptionsError, silentLogger } from '../../../lib/contracts/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { openConnection, type ConnectionOptions } from '../../../lib/queue-client/index.js';
import { createSqsClient } from '../../../lib/queue-client/sdk/sdk-client.js';
import { FakeGateway } from './fake-gateway.js';

const open = (options: unknown) =>
  openConnection('main', options as ConnectionOptions, { logger: silentLogger, env: {} });

const region = 'eu-west-1';
const clients: SQSClient[] = [];

function client(config: ConstructorParameters<typeof SQSClient>[0] = {}): SQSClient {
  const made = new SQSClient({ region, ...config });
  clients.push(made);
  return made;
}

afterEach(() => {
  for (const made of clients.splice(0)) made.destroy();
});

describe('openConnection', () => {
  test('makes a client from its configuration, with sockets without bound', async () => {
    const connection = await open({ region });
    expect(connection).toMatchObject({ name: 'main', region, defaultMissingQueue: 'error' });
    expect(connection.gateway.kind).toBe('wire');
    expect(connection.gateway.maxOpenReceives).toBeUndefined();
    await connection.close();
  });

  test('signs with the keys, and for the region, of its configuration', async () => {
    const signatures: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      signatures.push(request.headers.authorization);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ QueueUrl: 'http://127.0.0.1/1/jobs' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = await open({
      // One that sqspipes refused.
      region: 'ap-southeast-4',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    });
    const url = await connection.gateway.getQueueUrl('jobs');
    await connection.close();
    await new Promise((resolve) => server.close(resolve));

    expect(url).toBe('http://127.0.0.1/1/jobs');
    expect(signatures).toEqual([
      expect.stringMatching(/Credential=AKIDEXAMPLE\/\d{8}\/ap-southeast-4\/sqs\/aws4_request/),
    ]);
  });

  test('tries three times with the standard retry mode, unless told otherwise', async () => {
    expect(await retriesOf(createSqsClient({ region }))).toEqual([3, 'standard']);
    const chosen = { region, maxAttempts: 7, retryMode: 'adaptive' };
    expect(await retriesOf(createSqsClient(chosen))).toEqual([7, 'adaptive']);
  });

  test('keeps ten sockets of a given client for other calls', async () => {
    const own = client({ requestHandler: { httpsAgent: { maxSockets: 25 } } });
    expect((await open({ client: own })).gateway.maxOpenReceives).toBe(15);
  });

  test('takes the default of the SDK where a client says nothing, and at least one receive', async () => {
    expect((await open({ client: client() })).gateway.maxOpenReceives).toBe(40);
    const narrow = client({ requestHandler: { httpsAgent: { maxSockets: 3 } } });
    expect((await open({ client: narrow })).gateway.maxOpenReceives).toBe(1);
    const silent = { send: async () => ({}) };
    expect((await open({ client: silent })).gateway.maxOpenReceives).toBe(40);
  });

  test('keeps the sockets that the user configured', async () => {
    const connection = await open({ region, requestHandler: { httpsAgent: { maxSockets: 30 } } });
    expect(connection.gateway.maxOpenReceives).toBe(20);
    await connection.close();
  });

  test('leaves a given client and a given gateway open', async () => {
    const own = client();
    const destroyed = vi.spyOn(own, 'destroy');
    await (await open({ client: own })).close();
    expect(destroyed).not.toHaveBeenCalled();
    const gateway = Object.assign(new FakeGateway().asGateway(), {
      receive: async () => [],
      sendBatch: async () => [],
      close: vi.fn<() => Promise<void>>(),
    });
    const connection = await open({ gateway });
    expect(connection).toMatchObject({ gateway, defaultMissingQueue: 'create' });
    await connection.close();
    expect(gateway.close).not.toHaveBeenCalled();
  });

  test.each([0, 999, 600_001, 1.5, '20', null])('refuses %j as the time of a call', async (ms) => {
    const expected = 'expected callTimeoutMs to be an integer from 1,000 to 600,000, got';
    await expect(open({ region, callTimeoutMs: ms })).rejects.toThrow(expected);
    await expect(open({ client: client(), callTimeoutMs: ms })).rejects.toThrow(expected);
    await expect(open({ embedded: true, callTimeoutMs: ms })).rejects.toThrow(expected);
  });

  test('gives calls up after the time that was chosen', async () => {
    const clock = new ManualClock();
    const options = { region, credentials: neverAnswers, callTimeoutMs: 2_000 };
    const connection = await openConnection('main', options, { logger: silentLogger, clock });
    const failure = connection.gateway.getQueueUrl('jobs').catch(String);
    await clock.advance(2_000);
    expect(await failure).toContain('no answer within 2000 ms');
    await connection.close();
  });

  test.each([
    ['requestTimeout', { requestTimeout: 5_000 }],
    ['socketTimeout', { socketTimeout: 20_000 }],
  ])('refuses a %s shorter than a receive may wait', async (option, requestHandler) => {
    const message = new RegExp(`${option} of the requestHandler to be over 20000 ms`);
    await expect(open({ region, requestHandler })).rejects.toThrow(message);
    await expect(open({ client: client({ requestHandler }) })).rejects.toThrow(message);
  });

  test.each([
    [7, /expected \{ embedded: true \}, \{ client \}, or an SQSClientConfig, got 7/],
    ['eu', /got "eu"/],
    [null, /got null/],
    [[], /got an array/],
    [{ client: {} }, /expected client to be an SQSClient with send\(\), got an object of Object/],
    [{ client: undefined }, /with send\(\), got undefined/],
    [{ client: { send() {}, config: { serviceId: 'SNS' } } }, /got a client of SNS/],
    [{ gateway: {} }, /expected gateway to be a QueueGateway/],
    [{ embedded: false }, /expected embedded to be true.*got false/],
    [{ embedded: true, region }, /embedded takes no other options beside it, got region/],
    [{ send() {} }, /given as \{ client \}, got the client itself/],
  ])('refuses %j and says what was expected', async (options, message) => {
    await expect(open(options)).rejects.toThrow(InvalidOptionsError);
    await expect(open(options)).rejects.toThrow(message);
  });

  test('says that no region is known', async () => {
    await expect(open({ region: noRegion })).rejects.toThrow(
      /connection "main": no region is known \(Region is missing\); set region/,
    );
  });
});

/** Attempts and retry mode of a client that was made here. */
async function retriesOf(made: SQSClient): Promise<unknown[]> {
  clients.push(made);
  const strategy = (await made.config.retryStrategy()) as { mode?: string };
  return [await made.config.maxAttempts(), strategy.mode];
}

function noRegion(): Promise<string> {
  return Promise.reject(new Error('Region is missing'));
}

function neverAnswers(): Promise<never> {
  return new Promise(() => {});
}
