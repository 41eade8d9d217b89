import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { GatewayError, InvalidOptionsError, silentLogger } from '../../../lib/contracts/index.js';
import {
  openConnection,
  QueueDirectory,
  type Connection,
  type ConnectionOptions,
} from '../../../lib/queue-client/index.js';
import { plainCodecs, plainFormat } from '../../support/plain-format.js';

const url = 'https://sqs.eu-west-1.amazonaws.com/000000000000/emails';
const region = 'eu-west-1';
const empty = { maxMessages: 1, waitTimeSeconds: 0 };
const ways = ['lean', 'sdk', 'client'] as const;

/** A provider that a test breaks and mends, and a service that answers whatever is signed. */
function parts() {
  const provider = { isBroken: false, askedCount: 0 };
  const credentials = async () => {
    provider.askedCount++;
    if (!provider.isBroken) {
      // It has to be asked again before each call.
      const expiration = new Date(Date.now() + 1_000);
      return { accessKeyId: 'AKIA', secretAccessKey: 'secret', expiration };
    }
    const reason = 'Could not load credentials from any providers';
    throw Object.assign(new Error(reason), { name: 'CredentialsProviderError' });
  };
  const requestHandler = {
    async handle() {
      return { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } };
    },
  };
  return {
    provider,
    config: { region, credentials, requestHandler } as unknown as SQSClientConfig,
  };
}

async function setup(way: (typeof ways)[number]) {
  const { provider, config } = parts();
  const client = way === 'client' ? new SQSClient(config) : undefined;
  const options: ConnectionOptions = client
    ? { client }
    : way === 'sdk'
      ? { ...config, wire: 'sdk' }
      : config;
  const connection = await openConnection('default', options, { logger: silentLogger, env: {} });
  const close = async () => {
    await connection.close();
    client?.destroy();
  };
  return { provider, connection, close };
}

describe.each(ways)('Credentials that cannot be had, by %s', (way) => {
  test('before any success: a clear error, and the provider is asked once a call', async () => {
    const { provider, connection, close } = await setup(way);
    provider.isBroken = true;
    const failure = await failureOf(connection.gateway.receive(url, empty));
    expect(failure).toMatchObject({ kind: 'unauthenticated', isPassing: false });
    expect(failure.message).toContain('Could not load credentials from any providers');
    expect(failure.message).toContain('embedded: true');
    expect(provider.askedCount).toBe(1);
    await close();
  });

  test('after a success: passing for every call, until they are there again', async () => {
    const { provider, connection, close } = await setup(way);
    const { gateway } = connection;
    await gateway.receive(url, empty);
    provider.isBroken = true;
    provider.askedCount = 0;
    const calls = [
      () => gateway.receive(url, empty),
      () => gateway.sendBatch(url, [{ body: 'x' }]),
      () => gateway.getQueueUrl('emails'),
      () => gateway.listMoveTasks('arn:aws:sqs:eu-west-1:000000000000:dead'),
    ];
    for (const call of calls) {
      expect(await failureOf(call())).toMatchObject({ kind: 'unavailable', isPassing: true });
    }
    expect(provider.askedCount).toBe(calls.length);
    provider.isBroken = false;
    expect(await gateway.receive(url, empty)).toEqual([]);
    await close();
  });

  test('are not taken for a queue whose attributes may not be read', async () => {
    const { provider, connection, close } = await setup(way);
    provider.isBroken = true;
    const directory = new QueueDirectory({
      connections: new Map<string, Connection>([['default', connection]]),
      defaultFormat: plainFormat('default'),
      codecs: plainCodecs,
      logger: silentLogger,
    });
    await expect(directory.find(url)).rejects.toThrow(/Could not load credentials/);
    await close();
  });
});

test('credentials without a secret are refused by the SDK, and never signed with', async () => {
  const { config } = parts();
  const credentials = { accessKeyId: 'AKIA' } as SQSClientConfig['credentials'];
  const options = { ...config, credentials } as ConnectionOptions;
  const connection = await openConnection('default', options, { logger: silentLogger, env: {} });
  const failure = await failureOf(connection.gateway.receive(url, empty));
  expect(failure.message).toMatch(/credential/i);
  await connection.close();
});

test('a region that fails is asked for once a call', async () => {
  let askedCount = 0;
  let isBroken = false;
  const askedRegion = async () => {
    askedCount++;
    if (isBroken) throw new Error('no region just now');
    return region;
  };
  const { config } = parts();
  const options = { ...config, region: askedRegion } as ConnectionOptions;
  const connection = await openConnection('default', options, { logger: silentLogger, env: {} });
  await connection.gateway.receive(url, empty);
  [askedCount, isBroken] = [0, true];
  const failure = await failureOf(connection.gateway.receive(url, empty));
  expect(failure.message).toContain('no region just now');
  expect(askedCount).toBe(1);
  await connection.close();
});

test('without a region: what is missing, and that the embedded SQS needs none', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  const opened = openConnection('default', {}, { logger: silentLogger, env: {} });
  await expect(opened).rejects.toThrow(InvalidOptionsError);
  await expect(opened).rejects.toThrow(/no region is known \(Region is missing\).*embedded: true/);
  vi.unstubAllEnvs();
});

async function failureOf(call: Promise<unknown>): Promise<GatewayError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayError) return error;
  throw new Error(`Expected a GatewayError, got ${String(error)}`);
}
