import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import {
  openConnection,
  QueueDirectory,
  type Connection,
  type ConnectionOptions,
} from '../../lib/queue-client/index.js';
import { SdkCalls } from '../../lib/queue-client/sdk/hot-calls.js';
import { plainCodecs, plainFormat } from '../support/plain-format.js';

/** A request as a request handler gets it, and where it went. */
interface Seen {
  origin: string;
  operation: string;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
const region = 'eu-west-1';
const path = '000000000000/emails';
const local = `http://localhost:4566/${path}`;

/** Queues that somebody wrote as a URL, by the client's configuration. */
const cases: [string, SQSClientConfig, string][] = [
  ['an emulator without an endpoint', { region }, local],
  ['an emulator of IPv6', { region }, `http://[::1]:4566/${path}`],
  ['the host of its own region', { region }, `https://sqs.eu-west-1.amazonaws.com/${path}`],
  ['a legacy host', { region: 'us-east-1' }, `https://queue.amazonaws.com/${path}`],
  ['a regional legacy host', { region }, `https://eu-west-1.queue.amazonaws.com/${path}`],
  ['China', { region: 'cn-north-1' }, `https://sqs.cn-north-1.amazonaws.com.cn/${path}`],
  ['GovCloud', { region: 'us-gov-west-1' }, `https://sqs.us-gov-west-1.amazonaws.com/${path}`],
  ['a FIPS host', { region: 'us-east-2' }, `https://sqs-fips.us-east-2.amazonaws.com/${path}`],
  ['a dual-stack host', { region }, `https://sqs.eu-west-1.api.aws/${path}`],
  ['a VPC endpoint', { region }, `https://vpce-1-a.sqs.eu-west-1.vpce.amazonaws.com/${path}`],
  ['FIPS by option', { region: 'us-east-2', useFipsEndpoint: true }, local],
  ['dual-stack by option', { region, useDualstackEndpoint: true }, local],
  ['an endpoint in the options', { region, endpoint: 'http://127.0.0.1:9324' }, local],
  ['useQueueUrlAsEndpoint: false', { region, useQueueUrlAsEndpoint: false }, local],
  ['useQueueUrlAsEndpoint: true', { region, useQueueUrlAsEndpoint: true }, local],
];

const ways = ['lean', 'sdk', 'client'] as const;

describe('A queue that is written as a URL', () => {
  beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  describe.each(ways)('by %s', (way) => {
    test.each(cases)('is reached where the SDK reaches it: %s', async (_, config, url) => {
      const expected = await originBySdk(config, url);
      const { directory, seen, close } = await setup(way, config);
      const { gateway } = await directory.find(url);
      await gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 0 });
      await gateway.deleteBatch(url, ['handle']);
      expect(seen.map(({ origin }) => origin)).toEqual(Array(3).fill(expected));
      await close();
    });

    test('has its move tasks, its dead letters and new queues at the same host', async () => {
      const { directory, seen, close } = await setup(way, { region });
      const { gateway, deadLetter } = await directory.find(local);
      await gateway.listMoveTasks(`arn:aws:sqs:${region}:000000000000:dead`);
      await gateway.createQueue('replies-1');
      expect(deadLetter?.url).toBe('http://localhost:4566/000000000000/dead');
      await deadLetter?.gateway.sendBatch(deadLetter.url, [{ body: 'x' }]);
      expect(new Set(seen.map(({ origin }) => origin))).toEqual(new Set(['http://localhost:4566']));
      expect(seen.map(({ operation }) => operation)).not.toContain('GetQueueUrl');
      await close();
    });
  });

  test('leaves queues that are named to the endpoint of the connection', async () => {
    const { directory, seen, close } = await setup('lean', { region: 'us-east-2' });
    const named = await directory.find('emails');
    await named.gateway.receive(named.url, { maxMessages: 1, waitTimeSeconds: 0 });
    const hosts = new Set(seen.map(({ origin }) => origin));
    expect(hosts).toEqual(new Set(['https://sqs.us-east-2.amazonaws.com']));
    await close();
  });

  test('goes to the endpoint that the environment names, as everything does', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9324');
    const { directory, seen, close } = await setup('lean', { region });
    const { gateway } = await directory.find(local);
    await gateway.receive(local, { maxMessages: 1, waitTimeSeconds: 0 });
    expect(new Set(seen.map(({ origin }) => origin))).toEqual(new Set(['http://127.0.0.1:9324']));
    await close();
  });

  test('shares one gateway with queues that are named, where the host is the same', async () => {
    const { directory, close } = await setup('lean', { region });
    const byUrl = await directory.find(`https://sqs.eu-west-1.amazonaws.com/${path}`);
    expect((await directory.find('other')).gateway).toBe(byUrl.gateway);
    expect((await directory.find(local)).gateway).not.toBe(byUrl.gateway);
    await close();
  });
});

async function setup(way: (typeof ways)[number], config: SQSClientConfig) {
  const seen: Seen[] = [];
  const options = { credentials, ...config, requestHandler: handlerInto(seen) } as SQSClientConfig;
  const client = way === 'client' ? new SQSClient(options) : undefined;
  const connection = await openConnection('default', optionsFor(way, options, client), {
    logger: silentLogger,
    env: {},
  });
  const directory = new QueueDirectory({
    connections: new Map<string, Connection>([['default', connection]]),
    defaultFormat: plainFormat('default'),
    codecs: plainCodecs,
    logger: silentLogger,
  });
  const close = async () => {
    await connection.close();
    client?.destroy();
  };
  return { directory, seen, close };
}

function optionsFor(
  way: (typeof ways)[number],
  options: SQSClientConfig,
  client: SQSClient | undefined,
): ConnectionOptions {
  if (client !== undefined) return { client };
  return way === 'sdk' ? { ...options, wire: 'sdk' } : options;
}

async function originBySdk(config: SQSClientConfig, url: string): Promise<string | undefined> {
  const seen: Seen[] = [];
  const requestHandler = handlerInto(seen) as never;
  const client = new SQSClient({ credentials, ...config, requestHandler });
  await new SdkCalls(client).call('ReceiveMessage', { QueueUrl: url });
  client.destroy();
  return seen[0]?.origin;
}

interface HandledRequest {
  protocol: string;
  hostname: string;
  port?: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** Answers every request as an SQS would that has any queue, and notes where it was to go. */
function handlerInto(seen: Seen[]): object {
  return {
    async handle({ protocol, hostname, port, headers, body }: HandledRequest) {
      const operation = headers['x-amz-target']?.split('.')[1] ?? '';
      const input = JSON.parse(Buffer.from(body as Uint8Array).toString()) as Seen['body'];
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      seen.push({ origin, operation, headers, body: input });
      const answer = JSON.stringify(answers[operation]?.(input) ?? {});
      return { response: { statusCode: 200, headers: {}, body: Buffer.from(answer) } };
    },
  };
}

const RedrivePolicy = JSON.stringify({
  deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead',
  maxReceiveCount: 3,
});

const answers: Record<string, ((input: Seen['body']) => object) | undefined> = {
  GetQueueUrl: ({ QueueName }) => ({
    QueueUrl: `https://sqs.eu-west-1.amazonaws.com/000000000000/${String(QueueName)}`,
  }),
  CreateQueue: () => ({ QueueUrl: 'http://localhost:4566/000000000000/new' }),
  GetQueueAttributes: () => ({ Attributes: { VisibilityTimeout: '30', RedrivePolicy } }),
  DeleteMessageBatch: () => ({ Successful: [{ Id: '0' }], Failed: [] }),
  SendMessageBatch: () => ({
    Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6' }],
  }),
};
