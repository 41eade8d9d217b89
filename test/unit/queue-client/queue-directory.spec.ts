import {
  InvalidOptionsError,
  QueueConflictError,
  QueueNotFoundError,
  UnknownNameError,
} from '../../../lib/contracts/index.js';
import { QueueDirectory, type Connection } from '../../../lib/queue-client/index.js';
import { plainCodecs, plainFormat } from '../../support/plain-format.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { FakeGateway, urlOf } from './fake-gateway.js';

function setup(options: { queuePrefix?: string; connections?: string[] } = {}) {
  const logger = new RecordingLogger();
  const gateways = new Map(
    (options.connections ?? ['default']).map((name) => [name, new FakeGateway()] as const),
  );
  const connections = new Map([...gateways].map(([name, fake]) => [name, connect(name, fake)]));
  const directory = new QueueDirectory({
    connections,
    queuePrefix: options.queuePrefix,
    defaultFormat: plainFormat('default'),
    codecs: plainCodecs,
    logger,
  });
  return { directory, gateways, gateway: gateways.get('default') ?? new FakeGateway(), logger };
}

function connect(name: string, fake: FakeGateway): Connection {
  const gateway = fake.asGateway();
  const region = 'eu-west-1';
  return { name, gateway, region, defaultMissingQueue: 'error', async close() {} };
}

describe('QueueDirectory', () => {
  test('looks a name up once, however many ask at the same time', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    const [one, two] = await Promise.all([directory.find('emails'), directory.find('emails')]);
    expect(one).toBe(two);
    expect(await directory.find('emails')).toBe(one);
    expect(gateway.calls).toEqual(['GetQueueUrl emails', 'GetQueueAttributes emails']);
  });

  test('looks again after a miss', async () => {
    const { directory, gateway } = setup();
    const miss = directory.find('emails');
    await expect(miss).rejects.toThrow(QueueNotFoundError);
    await expect(miss).rejects.toThrow('Queue "emails" was not found in eu-west-1');
    gateway.addQueue('emails');
    await expect(directory.find('emails')).resolves.toMatchObject({ url: urlOf('emails') });
  });

  test('puts the prefix in front of real names only', async () => {
    const { directory, gateway } = setup({ queuePrefix: 'staging-' });
    gateway.addQueue('staging-emails');
    const queue = await directory.find('emails');
    expect(queue).toMatchObject({ name: 'emails', url: urlOf('staging-emails') });
  });

  test('needs no lookup for a URL', async () => {
    const { directory, gateway } = setup({ queuePrefix: 'staging-' });
    gateway.addQueue('staging-emails');
    const queue = await directory.find(urlOf('staging-emails', '111111111111'));
    expect(queue.name).toBe('emails');
    expect(gateway.callsOf('GetQueueUrl')).toEqual([]);
  });

  test('asks for the account of an ARN', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    const queue = await directory.find('arn:aws:sqs:eu-west-1:111111111111:emails');
    expect(queue.url).toBe(urlOf('emails', '111111111111'));
    expect(gateway.callsOf('GetQueueUrl')).toEqual(['GetQueueUrl emails of 111111111111']);
  });

  test('refuses an ARN of another region than its connection', async () => {
    const { directory } = setup();
    const found = directory.find('arn:aws:sqs:us-east-1:111111111111:emails');
    await expect(found).rejects.toThrow(/its ARN is of us-east-1, but connection "default" is in/);
  });

  test.each([
    ['https://sqs.us-east-1.amazonaws.com/111111111111/emails', 'us-east-1'],
    ['https://queue.amazonaws.com/111111111111/emails', 'us-east-1'],
    ['https://vpce-1-a.sqs.us-west-2.vpce.amazonaws.com/111111111111/emails', 'us-west-2'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/111111111111/emails', 'cn-north-1'],
  ])('refuses a URL of another region than its connection, as an ARN: %s', async (url, region) => {
    const { directory, gateway } = setup();
    const message = `its URL is of ${region}, but connection "default" is in eu-west-1`;
    await expect(directory.find(url)).rejects.toThrow(message);
    await expect(directory.find(url)).rejects.toThrow(InvalidOptionsError);
    expect(gateway.calls).toEqual([]);
  });

  test('refuses a dead-letter URL of another region', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    const dead = 'https://sqs.us-east-1.amazonaws.com/000000000000/dead';
    directory.register({ name: 'emails', deadLetter: { queue: dead } });
    await expect(directory.find('emails')).rejects.toThrow(/its URL is of us-east-1/);
  });

  test('asks the host of a URL for that queue and its dead-letter queue, and the endpoint for names', async () => {
    const gateway = new FakeGateway();
    const local = new FakeGateway();
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:dead';
    const policy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 4 });
    local.addQueue('emails', { RedrivePolicy: policy });
    gateway.addQueue('orders');
    const asked: string[] = [];
    const connection: Connection = {
      ...connect('default', gateway),
      gatewayAt: (url) => (asked.push(url), local.asGateway()),
    };
    const directory = new QueueDirectory({
      connections: new Map([['default', connection]]),
      defaultFormat: plainFormat('default'),
      codecs: plainCodecs,
      logger: new RecordingLogger(),
    });
    const found = await directory.find('http://localhost:4566/000000000000/emails');
    expect(found.gateway).toBe(local);
    expect(found.deadLetter).toMatchObject({
      url: 'http://localhost:4566/000000000000/dead',
      gateway: local,
      maxReceiveCount: 4,
    });
    expect((await directory.find('orders')).gateway).toBe(gateway);
    // The dead-letter queue's name is looked up nowhere: there may be a queue of that name at the endpoint.
    expect(gateway.calls).toEqual(['GetQueueUrl orders', 'GetQueueAttributes orders']);
    expect(local.calls).toEqual(['GetQueueAttributes emails']);
  });

  test('finds a dead-letter queue that options name beside a queue that is named by its URL', async () => {
    const { directory, gateway } = setup({ queuePrefix: 'staging-' });
    gateway.addQueue('emails');
    const url = 'http://localhost:4566/000000000000/emails';
    directory.register({ name: url, deadLetter: { queue: 'dead' } });
    const { deadLetter } = await directory.find(url);
    expect(deadLetter).toMatchObject({
      name: 'dead',
      url: 'http://localhost:4566/000000000000/staging-dead',
    });
    expect(gateway.callsOf('GetQueueUrl')).toEqual([]);
  });

  test('knows a queue of AWS by each of its hosts', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    const legacy = 'https://eu-west-1.queue.amazonaws.com/000000000000/emails';
    directory.register({ name: legacy, format: plainFormat('squids') });
    const queue = await directory.find('emails');
    expect(queue).toMatchObject({ url: legacy });
    expect(await directory.find(urlOf('emails'))).toBe(queue);
    expect(await directory.find('arn:aws:sqs:eu-west-1:000000000000:emails')).toBe(queue);
    const vpc = 'https://vpce-1-a.sqs.eu-west-1.vpce.amazonaws.com/000000000000/emails';
    expect(await directory.find(vpc)).toBe(queue);
    const stranger = await directory.find(urlOf('emails', '111111111111'));
    expect(stranger.format.name).toBe('default');
  });

  test('knows a registered queue by its URL and its ARN as well', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    directory.register({ name: 'emails', format: plainFormat('squids') });
    const queue = await directory.find('emails');
    expect(queue.format.name).toBe('squids');
    expect(await directory.find(urlOf('emails'))).toBe(queue);
    expect(await directory.find('arn:aws:sqs:eu-west-1:000000000000:emails')).toBe(queue);
    const stranger = await directory.find(urlOf('emails', '111111111111'));
    expect(stranger.format.name).toBe('default');
  });

  test('takes facts from options before attributes', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('a.fifo', { VisibilityTimeout: '45', ContentBasedDeduplication: 'true' });
    gateway.addQueue('b.fifo', { VisibilityTimeout: '45', ContentBasedDeduplication: 'true' });
    directory.register({
      name: 'a.fifo',
      visibilityTimeoutSeconds: 60,
      contentBasedDeduplication: false,
    });
    expect(await directory.find('a.fifo')).toMatchObject({
      visibilityTimeoutSeconds: 60,
      contentBasedDeduplication: false,
    });
    expect(await directory.find('b.fifo')).toMatchObject({
      isFifo: true,
      visibilityTimeoutSeconds: 45,
      contentBasedDeduplication: true,
    });
  });

  test('does without attributes where they may not be read', async () => {
    const { directory, gateway, logger } = setup();
    gateway.addQueue('emails');
    gateway.fail('GetQueueAttributes', 'emails', 'access-denied');
    const queue = await directory.find('emails');
    expect(queue.visibilityTimeoutSeconds).toBeUndefined();
    expect(queue.deadLetter).toBeUndefined();
    expect(logger.lines.map(({ level }) => level)).toEqual(['debug']);
  });

  test('finds the dead-letter queue that SQS itself names, without asking twice', async () => {
    const { directory, gateway } = setup({ queuePrefix: 'p-' });
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:p-dead';
    const policy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: '3' });
    gateway.addQueue('p-emails', { RedrivePolicy: policy });
    gateway.addQueue('p-dead');
    const queue = await directory.find('emails');
    expect(queue.deadLetter).toMatchObject({
      name: 'dead',
      url: urlOf('p-dead'),
      maxReceiveCount: 3,
    });
    await directory.find('dead');
    expect(gateway.callsOf('GetQueueUrl')).toEqual(['GetQueueUrl p-emails', 'GetQueueUrl p-dead']);
  });

  test('counts receives as the queue itself says, and as its options where that cannot be read', async () => {
    const { directory, gateway } = setup();
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:dead';
    const policy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: '3' });
    gateway.addQueue('emails', { RedrivePolicy: policy });
    gateway.addQueue('orders');
    gateway.addQueue('dead');
    for (const name of ['emails', 'orders']) {
      directory.register({ name, deadLetter: { queue: 'dead', maxReceiveCount: 10 } });
    }
    expect((await directory.find('emails')).deadLetter?.maxReceiveCount).toBe(3);
    expect((await directory.find('orders')).deadLetter?.maxReceiveCount).toBe(10);
  });

  test('goes on without a dead-letter queue that is gone, and says so', async () => {
    const { directory, gateway, logger } = setup();
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:gone';
    const policy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 3 });
    gateway.addQueue('emails', { RedrivePolicy: policy });
    expect((await directory.find('emails')).deadLetter).toBeUndefined();
    expect(logger.at('warn')).toEqual([
      'The dead-letter queue that SQS names for a queue cannot be found.',
    ]);
  });

  test('asks the connection that a queue names', async () => {
    const { directory, gateways } = setup({ connections: ['default', 'eu'] });
    gateways.get('eu')?.addQueue('emails');
    directory.register({ name: 'emails', connection: 'eu', delaySeconds: 1 });
    await directory.find('emails');
    expect(gateways.get('default')?.calls).toEqual([]);
    expect(gateways.get('eu')?.callsOf('GetQueueUrl')).toEqual(['GetQueueUrl emails']);
  });

  test('tells queues of one name on two connections apart', async () => {
    const { directory, gateways } = setup({ connections: ['us', 'eu'] });
    for (const gateway of gateways.values()) gateway.addQueue('emails');
    directory.register({ name: 'emails', connection: 'eu', delaySeconds: 1 });
    directory.register({ name: 'emails', connection: 'us', delaySeconds: 2 });
    await expect(directory.find('emails')).rejects.toThrow(/on the connections "eu", "us": say/);
    await directory.find('emails', 'us');
    expect(gateways.get('us')?.callsOf('GetQueueUrl')).toHaveLength(1);
    expect(gateways.get('eu')?.calls).toEqual([]);
  });

  test('names the connections it knows', async () => {
    const { directory } = setup();
    directory.register({ name: 'emails', connection: 'mars' });
    const found = directory.find('emails');
    await expect(found).rejects.toThrow(UnknownNameError);
    await expect(found).rejects.toThrow('Unknown connection "mars". Known: "default"');
  });
});

describe('Registering queues', () => {
  const full = { name: 'emails', visibilityTimeoutSeconds: 60, tags: { team: 'a' } };

  test('takes the same options twice, and a bare name as a reference, in any order', () => {
    const { directory } = setup();
    directory.register({ name: 'emails' });
    directory.register(full);
    directory.register({ ...full, tags: { team: 'a' } });
    directory.register({ name: 'emails' });
    expect(directory.registered()).toMatchObject([{ name: 'emails', options: full }]);
  });

  test('refuses other options for the same queue, and says which', () => {
    const { directory } = setup();
    directory.register(full);
    const again = () =>
      directory.register({ ...full, visibilityTimeoutSeconds: 61, delaySeconds: 1 });
    expect(again).toThrow(QueueConflictError);
    expect(again).toThrow('(visibilityTimeoutSeconds, delaySeconds)');
  });

  test('takes two formats of one name as the same', () => {
    const { directory } = setup();
    directory.register({ name: 'emails', format: plainFormat('squids') });
    expect(() =>
      directory.register({ name: 'emails', format: plainFormat('squids') }),
    ).not.toThrow();
    expect(() => directory.register({ name: 'emails', format: plainFormat('raw') })).toThrow(
      '(format)',
    );
  });

  test('keeps a reference that nothing defines as a queue with default options', () => {
    const { directory } = setup();
    directory.register({ name: 'emails' });
    expect(directory.registered()).toMatchObject([{ name: 'emails', connection: 'default' }]);
  });

  test('lets a bare name refer to a queue of another connection', () => {
    const { directory } = setup({ connections: ['default', 'eu'] });
    directory.register({ name: 'emails' });
    directory.register({ name: 'emails', connection: 'eu' });
    expect(directory.registered()).toMatchObject([{ name: 'emails', connection: 'eu' }]);
  });

  test('refuses one logical name for two places', () => {
    const { directory } = setup();
    directory.register({ name: urlOf('emails') });
    expect(() => directory.register({ name: urlOf('emails', '111111111111') })).toThrow('(name)');
  });

  test('counts for a queue that was found before', async () => {
    const { directory, gateway } = setup();
    gateway.addQueue('emails');
    await directory.find('emails');
    directory.register(full);
    expect((await directory.find('emails')).visibilityTimeoutSeconds).toBe(60);
    expect(gateway.callsOf('GetQueueUrl')).toHaveLength(1);
  });

  test('refuses names that SQS refuses', () => {
    const { directory } = setup();
    expect(() => directory.register({ name: 'no spaces' })).toThrow(InvalidOptionsError);
  });
});
