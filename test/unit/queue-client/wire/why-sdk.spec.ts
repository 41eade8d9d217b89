import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { whySdk } from '../../../../lib/queue-client/wire/why-sdk.js';

const clients: SQSClient[] = [];

function clientOf(config: SQSClientConfig = {}): SQSClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new SQSClient({ region: 'eu-west-1', credentials, ...config });
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

const own = { sign: async (request: unknown) => request } as never;
const scheme = { schemeId: 'own', identityProvider: () => undefined, signer: own };

describe('whySdk', () => {
  test('finds nothing against a client as the SDK makes it', async () => {
    expect(await whySdk(clientOf(), {})).toBeUndefined();
  });

  // What is configured here, the lean path takes from the client.
  test.each<[string, SQSClientConfig]>([
    ['credentials', { credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) }],
    ['an endpoint', { endpoint: 'http://127.0.0.1:4566' }],
    ['a request handler', { requestHandler: { requestTimeout: 30_000 } }],
    ['attempts', { maxAttempts: 7 }],
    ['FIPS and dual-stack', { useFipsEndpoint: true, useDualstackEndpoint: true }],
    ['a user agent', { customUserAgent: 'mine/1' }],
    ['MD5 off', { md5: false }],
  ])('takes %s as configured', async (_, config) => {
    expect(await whySdk(clientOf(config), {})).toBeUndefined();
  });

  test.each<[string, SQSClientConfig, RegExp]>([
    ['a signer', { signer: own }, /signer of its own/],
    ['the class of a signer', { signerConstructor: Map } as never, /signer of its own/],
    ['auth schemes', { httpAuthSchemes: [scheme] }, /auth schemes of its own/],
    ['a choice of them', { httpAuthSchemeProvider: () => [] }, /auth schemes of its own/],
    ['a logger', { logger: console }, /logs its calls/],
    ['adaptive retries', { retryMode: 'adaptive' }, /retries adaptively/],
    ['a retry strategy of old', { retryStrategy: { retry: own } }, /of the old kind/],
  ])('leaves a client to the SDK that has %s', async (_, config, reason) => {
    expect(await whySdk(clientOf(config), {})).toMatch(reason);
  });

  test('leaves a client with middleware to the SDK', async () => {
    const client = clientOf();
    client.middlewareStack.add((next) => (args) => next(args), { step: 'build' });
    expect(await whySdk(client, {})).toMatch(/middleware/);
  });

  test('leaves a client to the SDK whose send() was replaced, as mocks and tracers do', async () => {
    const client = clientOf();
    vi.spyOn(client, 'send');
    expect(await whySdk(client, {})).toMatch(/send\(\) of the client was replaced/);
    const wrapped = clientOf();
    const { send } = wrapped;
    wrapped.send = ((...args: Parameters<typeof send>) => send.apply(wrapped, args)) as never;
    expect(await whySdk(wrapped, {})).toMatch(/send\(\) of the client was replaced/);
  });

  test.each([
    'region',
    'credentials',
    'retryStrategy',
    'maxAttempts',
    'streamCollector',
    'requestHandler',
    'systemClockOffset',
  ])('leaves a client to the SDK whose resolved configuration has no %s', async (part) => {
    const client = clientOf();
    Object.defineProperty(client.config, part, { value: undefined });
    expect(await whySdk(client, {})).toMatch(/lacks parts/);
  });

  test('leaves what is no whole client to the SDK', async () => {
    expect(await whySdk({ send: async () => ({}) } as never, {})).toMatch(/lacks parts/);
  });

  test('leaves calls to the SDK in AWS Lambda', async () => {
    const env = { AWS_LAMBDA_FUNCTION_NAME: 'f' };
    expect(await whySdk(clientOf(), env)).toMatch(/Lambda/);
  });
});
