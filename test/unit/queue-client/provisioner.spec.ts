import {
  GatewayError,
  InvalidOptionsError,
  QueueNotFoundError,
  SQS_LIMITS,
  type QueueOptions,
} from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import { urlOf, type FakeGateway } from './fake-gateway.js';
import { redriveTo, setupProvisioner as setup } from './provisioner-setup.js';

const createdNames = (gateway: FakeGateway) => [...gateway.created.keys()];

describe("onMissingQueue: 'error'", () => {
  test('names the queue and the region', async () => {
    const { provisioner, gateway } = setup([{ name: 'emails' }]);
    const prepared = provisioner.prepare();
    await expect(prepared).rejects.toThrow(QueueNotFoundError);
    await expect(prepared).rejects.toThrow('Queue "p-emails" was not found in eu-west-1');
    expect(createdNames(gateway)).toEqual([]);
  });

  test('says of every other missing queue that it is missing too', async () => {
    const { provisioner, logger } = setup([{ name: 'a' }, { name: 'b' }]);
    await expect(provisioner.prepare()).rejects.toThrow('"p-a"');
    expect(logger.at('error')).toEqual([expect.stringContaining('"p-b"')]);
  });

  test('misses a dead-letter queue by its own name', async () => {
    const { provisioner, gateway } = setup([{ name: 'emails', deadLetter: { queue: 'dead' } }]);
    gateway.addQueue('p-emails');
    await expect(provisioner.prepare()).rejects.toThrow('Queue "p-dead" was not found');
  });
});

describe("onMissingQueue: 'create'", () => {
  test('creates what is missing, with everything the options say', async () => {
    const { provisioner, gateway } = setup(
      [
        {
          name: 'orders.fifo',
          visibilityTimeoutSeconds: 60,
          retentionSeconds: 120,
          delaySeconds: 5,
          contentBasedDeduplication: true,
          highThroughput: true,
          tags: { team: 'a' },
          attributes: { KmsMasterKeyId: 'alias/k' },
        },
      ],
      'create',
    );
    await provisioner.prepare();
    expect(gateway.created.get('p-orders.fifo')).toEqual({
      attributes: {
        VisibilityTimeout: '60',
        MessageRetentionPeriod: '120',
        DelaySeconds: '5',
        FifoQueue: 'true',
        ContentBasedDeduplication: 'true',
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        KmsMasterKeyId: 'alias/k',
      },
      tags: { team: 'a' },
    });
  });

  test('creates dead-letter queues first, however deep and in whatever order they are named', async () => {
    const { provisioner, gateway } = setup(
      [
        { name: 'a', deadLetter: { queue: 'b', maxReceiveCount: 3 } },
        { name: 'c', deadLetter: { queue: 'd' } },
        { name: 'b', delaySeconds: 1, deadLetter: { queue: 'c' } },
      ],
      'create',
    );
    await provisioner.prepare();
    expect(createdNames(gateway)).toEqual(['p-d', 'p-c', 'p-b', 'p-a']);
    const policy = gateway.created.get('p-a')?.attributes?.['RedrivePolicy'];
    expect(JSON.parse(policy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:p-b',
      maxReceiveCount: 3,
    });
  });

  test('gives a dead-letter queue that nobody described the longest retention', async () => {
    const { provisioner, gateway } = setup([{ name: 'a', deadLetter: { queue: 'd' } }], 'create');
    await provisioner.prepare();
    expect(gateway.created.get('p-d')?.attributes).toEqual({
      MessageRetentionPeriod: String(SQS_LIMITS.maxRetentionSeconds),
    });
  });

  test('leaves existing queues as they are, and says where they differ', async () => {
    const { provisioner, gateway, logger } = setup(
      [{ name: 'a', visibilityTimeoutSeconds: 60, deadLetter: { queue: 'd' } }],
      'create',
    );
    gateway.addQueue('p-a');
    gateway.addQueue('p-d', { MessageRetentionPeriod: '1209600' });
    await provisioner.prepare();
    expect(createdNames(gateway)).toEqual([]);
    expect(logger.at('warn')).toEqual([
      'Queue "a" exists with other attributes, which are left as they are: ' +
        'VisibilityTimeout is 30, the options say 60; RedrivePolicy is not set, the options say p-d after 5.',
    ]);
  });

  test('never creates where access is denied', async () => {
    const { provisioner, gateway } = setup([{ name: 'a' }], 'create');
    gateway.fail('GetQueueUrl', 'p-a', 'access-denied');
    const prepared = provisioner.prepare();
    await expect(prepared).rejects.toMatchObject({ kind: 'access-denied', queue: 'p-a' });
    await expect(prepared).rejects.toThrow(
      /not known whether the queue exists.*nothing was created/,
    );
    expect(createdNames(gateway)).toEqual([]);
  });

  test('never creates a queue that is named by its URL', async () => {
    const { provisioner, gateway } = setup([{ name: urlOf('other') }], 'create');
    await expect(provisioner.prepare()).rejects.toThrow('Queue "other" was not found');
    expect(createdNames(gateway)).toEqual([]);
  });

  test('takes the queue that another process created in between', async () => {
    const { provisioner, gateway } = setup([{ name: 'a' }], 'create');
    vi.spyOn(gateway, 'createQueue').mockImplementationOnce(async (name) => {
      gateway.addQueue(name);
      gateway.fail('CreateQueue', name, 'conflict');
      const facts = { operation: 'CreateQueue', code: 'QueueNameExists', detail: 'differs' };
      throw new GatewayError({ kind: 'conflict', ...facts });
    });
    await provisioner.prepare();
    await expect(provisioner.whenReady('a')).resolves.toMatchObject({ url: urlOf('p-a') });
  });

  test('gives a new queue time to appear', async () => {
    const { provisioner, gateway, clock } = setup([{ name: 'a' }], 'create');
    const reads = vi.spyOn(gateway, 'getQueueAttributes');
    gateway.fail('GetQueueAttributes', 'p-a', 'queue-not-found');
    const prepared = provisioner.prepare();
    await settlePromises();
    expect(reads).toHaveBeenCalledTimes(1);
    gateway.fail('GetQueueAttributes', 'p-a', undefined);
    await clock.advance(1_000);
    await prepared;
    expect(gateway.callsOf('CreateQueue')).toHaveLength(1);
  });
});

describe('What cannot work is refused before any request', () => {
  test.each<[string, QueueOptions[], RegExp]>([
    [
      'dead letters in a circle',
      [
        { name: 'a', deadLetter: { queue: 'b' } },
        { name: 'b', deadLetter: { queue: 'a' } },
      ],
      /in a circle: "a" to "b" to "a"/,
    ],
    [
      'a queue that is its own dead-letter queue',
      [{ name: 'a', deadLetter: { queue: 'a' } }],
      /in a circle: "a" to "a"/,
    ],
    [
      'a standard dead-letter queue for a FIFO queue',
      [{ name: 'a.fifo', deadLetter: { queue: 'dead' } }],
      /dead-letter queue of "a\.fifo" to be a FIFO queue \(\.fifo\), got "dead"/,
    ],
    [
      'a FIFO dead-letter queue for a standard queue',
      [{ name: 'a', deadLetter: { queue: 'dead.fifo' } }],
      /to be a standard queue/,
    ],
    [
      'FIFO options on a standard queue',
      [{ name: 'a', highThroughput: true }],
      /highThroughput is for FIFO queues/,
    ],
  ])('%s', async (_, queues, message) => {
    const { provisioner, gateway } = setup(queues, 'create');
    const prepared = provisioner.prepare();
    await expect(prepared).rejects.toThrow(InvalidOptionsError);
    await expect(prepared).rejects.toThrow(message);
    expect(gateway.calls).toEqual([]);
  });
});

describe('A queue without a dead-letter policy', () => {
  test('is warned about once at start', async () => {
    const { provisioner, gateway, directory, logger } = setup([{ name: 'bare' }]);
    gateway.addQueue('p-bare');
    await provisioner.prepare();
    await directory.find('bare');
    expect(logger.at('warn')).toEqual([
      expect.stringContaining('Queue "bare" has no dead-letter queue'),
    ]);
  });

  test('is not warned about where it is one, has one at SQS, or does not let us read it', async () => {
    const { provisioner, gateway, logger } = setup([
      { name: 'a', deadLetter: { queue: 'dead', maxReceiveCount: 2 } },
      { name: 'b' },
      { name: 'c' },
    ]);
    gateway.addQueue('p-a', { RedrivePolicy: redriveTo('p-dead') });
    gateway.addQueue('p-b', { RedrivePolicy: redriveTo('p-dead') });
    gateway.addQueue('p-c');
    gateway.addQueue('p-dead', { MessageRetentionPeriod: '1209600' });
    gateway.fail('GetQueueAttributes', 'p-c', 'access-denied');
    await provisioner.prepare();
    expect(logger.at('warn')).toEqual([]);
  });
});
