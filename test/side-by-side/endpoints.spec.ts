import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { SdkCalls, type HotCalls } from '../../lib/queue-client/sdk/hot-calls.js';
import { ClientTransport } from '../../lib/queue-client/wire/client-transport.js';
import { WireCalls } from '../../lib/queue-client/wire/wire-calls.js';

interface Handled {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string>;
}

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
const url = (host: string) => `https://${host}/000000000000/emails`;
const region = 'eu-west-1';
const named = { endpoint: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/' };

const cases: [string, SQSClientConfig, string][] = [
  ['a region', { region }, url('sqs.eu-west-1.amazonaws.com')],
  ['FIPS', { region: 'us-east-2', useFipsEndpoint: true }, url('sqs-fips.us-east-2.amazonaws.com')],
  ['dual-stack', { region, useDualstackEndpoint: true }, url('sqs.eu-west-1.api.aws')],
  [
    'both',
    { region: 'us-west-2', useFipsEndpoint: true, useDualstackEndpoint: true },
    url('sqs-fips.us-west-2.api.aws'),
  ],
  ['China', { region: 'cn-north-1' }, url('sqs.cn-north-1.amazonaws.com.cn')],
  ['GovCloud', { region: 'us-gov-west-1' }, url('sqs.us-gov-west-1.amazonaws.com')],
  ['a region that nobody knows', { region: 'xx-new-1' }, url('sqs.xx-new-1.amazonaws.com')],
  ['a VPC endpoint', { region, ...named }, url('sqs.eu-west-1.amazonaws.com')],
  ['an endpoint with a port', { region, endpoint: 'http://127.0.0.1:4566' }, url('localhost:4566')],
  ['an endpoint of IPv6', { region, endpoint: 'http://[::1]:4566' }, url('localhost:4566')],
  ["the host in the queue's URL", { region }, url('queue.example.org:8443')],
  ["the host in a legacy queue's URL", { region }, url('eu-west-1.queue.amazonaws.com')],
  [
    "an endpoint in spite of the queue's URL",
    { region, useQueueUrlAsEndpoint: false },
    url('queue.example.org'),
  ],
  [
    'a region that is asked for',
    { region: async () => 'ap-south-1' },
    url('sqs.ap-south-1.amazonaws.com'),
  ],
];

describe('Where requests go, beside the SDK', () => {
  beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
  afterEach(() => vi.restoreAllMocks());

  test.each(cases)('%s', async (_, config, queueUrl) => {
    const expected = await addressed((client) => new SdkCalls(client), config, queueUrl);
    expect(await addressed(lean, config, queueUrl)).toEqual(expected);
  });

  test('an endpoint that the environment names', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:4566');
    const config = { region, useQueueUrlAsEndpoint: false };
    const queueUrl = url('sqs.eu-west-1.amazonaws.com');
    const expected = await addressed((client) => new SdkCalls(client), config, queueUrl);
    expect(expected).toMatchObject({ hostname: '127.0.0.1', port: 4566 });
    expect(await addressed(lean, config, queueUrl)).toEqual(expected);
    vi.unstubAllEnvs();
  });

  test('a region that changes while it runs', async () => {
    const regions = ['eu-west-1', 'us-west-2'];
    const { calls, seen, client } = recorded(lean, { region: async () => regions[0] ?? '' });
    const queueUrl = url('sqs.eu-west-1.amazonaws.com');
    await calls.call('ReceiveMessage', { QueueUrl: queueUrl });
    regions.shift();
    await calls.call('ReceiveMessage', { QueueUrl: queueUrl });
    expect(seen.map(scopeOf)).toEqual(['eu-west-1/sqs', 'us-west-2/sqs']);
    client.destroy();
  });
});

function lean(client: SQSClient): HotCalls {
  return new WireCalls({ client, transport: new ClientTransport(client), userAgent: 'test' });
}

async function addressed(
  make: (client: SQSClient) => HotCalls,
  config: SQSClientConfig,
  queueUrl: string,
): Promise<object> {
  const { calls, seen, client } = recorded(make, config);
  await calls.call('ReceiveMessage', { QueueUrl: queueUrl });
  client.destroy();
  const [request] = seen;
  if (request === undefined || seen.length > 1) throw new Error('Expected one request.');
  const { protocol, hostname, port, path, headers } = request;
  return { protocol, hostname, port, path, host: headers['host'], scope: scopeOf(request) };
}

/** Calls of a client whose requests go nowhere: each is answered with nothing. */
function recorded(make: (client: SQSClient) => HotCalls, config: SQSClientConfig) {
  const seen: Handled[] = [];
  const requestHandler = {
    async handle(request: Handled) {
      seen.push(request);
      return { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } };
    },
  };
  const client = new SQSClient({ credentials, ...config, requestHandler: requestHandler as never });
  return { calls: make(client), seen, client };
}

/** Region and service of the signature. */
function scopeOf({ headers }: Handled): string | undefined {
  return /Credential=AKIA\/\d{8}\/([^/]+\/[^/]+)\/aws4_request/.exec(
    headers['authorization'] ?? '',
  )?.[1];
}
