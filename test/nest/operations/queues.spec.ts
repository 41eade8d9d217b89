import {
  GatewayError,
  InvalidOptionsError,
  PartialQueuesError,
  PurgeInProgressError,
  QueueAccessDeniedError,
  QueueDeletedRecentlyError,
  QueueNotFoundError,
  UnknownNameError,
  UnsafePrefixError,
} from '../../../lib/index.js';
import { closeApps } from '../support/memory-app.js';
import {
  bodiesIn,
  fill,
  numbered,
  operationsApp,
  whileTimePasses,
  type OperationsApp,
} from '../support/operations-app.js';

afterEach(closeApps);

async function appWith(...names: string[]): Promise<OperationsApp> {
  const app = await operationsApp({ queuePrefix: 'shop-' });
  for (const name of names) await app.gateway.createQueue(name, attributesOf(name));
  return app;
}

function attributesOf(name: string) {
  return name.endsWith('.fifo') ? { attributes: { FifoQueue: 'true' } } : {};
}

function refuse(app: OperationsApp, operation: string, queue = ''): void {
  app.service.beforeCall = (called, url) => {
    if (called !== operation || !url.endsWith(queue)) return;
    throw new GatewayError({ kind: 'access-denied', operation, queue: url, detail: 'no' });
  };
}

describe('SqsQueues lists', () => {
  test('exactly the queues behind the prefix, without it, in order', async () => {
    const app = await appWith('shop-b', 'shop-a.fifo', 'shopping-list', 'shop', 'other');
    const queues = await app.queues.list();
    expect(queues.map(({ name, isFifo }) => [name, isFifo])).toEqual([
      ['a.fifo', true],
      ['b', false],
    ]);
    expect(await app.queues.list({ prefix: 'b' })).toEqual([
      { name: 'b', url: await app.gateway.getQueueUrl('shop-b'), isFifo: false },
    ]);
  });

  test('more than a page of a thousand', async () => {
    const app = await appWith(...Array.from({ length: 2_003 }, (_, i) => `shop-${i}`));
    expect(await app.queues.list()).toHaveLength(2_003);
    expect(app.service.calls.of('ListQueues')).toBe(3);
  });

  test('of a connection that is there only', async () => {
    const app = await appWith();
    await expect(app.queues.list({ connection: 'eu' })).rejects.toThrow(UnknownNameError);
  });

  test('says which right is missing', async () => {
    const app = await appWith();
    refuse(app, 'ListQueues');
    await expect(app.queues.list()).rejects.toThrow(
      'Expected to be allowed sqs:ListQueues on queue "shop-*"',
    );
  });
});

describe('SqsQueues creates', () => {
  test('a queue with what its options say, its dead-letter queue first', async () => {
    const app = await appWith();
    const created = await app.queues.create({
      name: 'jobs',
      visibilityTimeoutSeconds: 90,
      retentionSeconds: 600,
      deadLetter: { queue: 'jobs-dead', maxReceiveCount: 3 },
      tags: { team: 'shop' },
    });
    expect(created).toMatchObject({ name: 'jobs', isFifo: false, wasCreated: true });
    expect(app.service.queueNames()).toEqual(['shop-jobs-dead', 'shop-jobs']);
    expect(await app.queues.stats('jobs')).toMatchObject({
      visibilityTimeoutSeconds: 90,
      retentionSeconds: 600,
    });
    expect(await app.queues.tags('jobs')).toEqual({ team: 'shop' });
    expect(await app.deadLetters.queueOf('jobs')).toBe('jobs-dead');
  });

  test('nothing where it is there already, and says so', async () => {
    const app = await appWith('shop-jobs');
    expect(await app.queues.create('jobs')).toMatchObject({ name: 'jobs', wasCreated: false });
  });

  test('a FIFO queue', async () => {
    const app = await appWith();
    await app.queues.create({ name: 'orders.fifo', contentBasedDeduplication: true });
    expect((await app.queues.stats('orders.fifo')).raw).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
    });
  });

  test.each([
    ['a FIFO option', { name: 'jobs', contentBasedDeduplication: true }],
    ['the FIFO attribute', { name: 'jobs', attributes: { FifoQueue: 'true' } }],
    ['a dead-letter queue of the other type', { name: 'jobs', deadLetter: { queue: 'd.fifo' } }],
    ['a name that SQS refuses', { name: 'no spaces' }],
  ])('refuses %s without any request', async (_what, options) => {
    const app = await appWith();
    const asked = vi.fn<() => void>();
    app.service.beforeCall = asked;
    await expect(app.queues.create(options)).rejects.toThrow(InvalidOptionsError);
    expect(asked).not.toHaveBeenCalled();
  });

  test('not within a minute after its name was deleted', async () => {
    const app = await appWith('shop-jobs');
    await app.queues.delete('jobs');
    await expect(app.queues.create('jobs')).rejects.toThrow(QueueDeletedRecentlyError);
    await app.clock.advance(60_000);
    expect(await app.queues.create('jobs')).toMatchObject({ wasCreated: true });
  });
});

describe('SqsQueues deletes', () => {
  test('one queue, which is not found after', async () => {
    const app = await appWith('shop-jobs');
    await app.queues.delete('jobs');
    expect(app.service.queueNames()).toEqual([]);
    await expect(app.queues.stats('jobs')).rejects.toThrow(QueueNotFoundError);
  });

  test('all behind the prefix; look-alikes survive', async () => {
    const app = await appWith('shop-b', 'shop-a', 'shopping', 'shop', 'my-shop-a');
    expect(await app.queues.deleteAll()).toEqual(['a', 'b']);
    expect(app.service.queueNames()).toEqual(['shopping', 'shop', 'my-shop-a']);
  });

  test('all of a narrower prefix', async () => {
    const app = await appWith('shop-words-1', 'shop-words-2', 'shop-wordy', 'shop-a');
    expect(await app.queues.deleteAll({ prefix: 'words-' })).toEqual(['words-1', 'words-2']);
    expect(app.service.queueNames()).toEqual(['shop-wordy', 'shop-a']);
  });

  test('nothing at all behind a prefix that could mean queues of others', async () => {
    const app = await appWith('shop-words');
    await expect(app.queues.deleteAll({ prefix: 'wo' })).rejects.toThrow(UnsafePrefixError);
    const bare = await operationsApp();
    await expect(bare.queues.deleteAll()).rejects.toThrow('got none');
    await expect(bare.queues.purgeAll()).rejects.toThrow(UnsafePrefixError);
    expect(app.service.queueNames()).toEqual(['shop-words']);
  });

  test('the others where one cannot be deleted, and tells both sides', async () => {
    const app = await appWith('shop-a', 'shop-b', 'shop-c');
    refuse(app, 'DeleteQueue', 'shop-b');
    const error = await app.queues.deleteAll().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(PartialQueuesError);
    expect(error).toMatchObject({
      done: ['a', 'c'],
      failed: [{ queue: 'b', error: { action: 'sqs:DeleteQueue' } }],
    });
  });
});

describe('SqsQueues purges', () => {
  test('one queue, and refuses a second time within a minute', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(12));
    await app.queues.purge('jobs');
    expect(await app.queues.stats('jobs')).toMatchObject({ messageCount: 0, inFlightCount: 0 });
    const again = await app.queues.purge('jobs').catch((e: unknown) => e);
    expect(again).toBeInstanceOf(PurgeInProgressError);
    expect(again).toMatchObject({ queue: 'jobs', retryAfterSeconds: 60 });
    await app.clock.advance(60_000);
    await app.queues.purge('jobs');
  });

  test('all behind the prefix, and tells of those that were purged just before', async () => {
    const app = await appWith('shop-a', 'shop-b', 'shopping');
    for (const name of ['shop-a', 'shop-b', 'shopping']) await fill(app, name, ['x']);
    await app.queues.purge('a');
    const error = await app.queues.purgeAll().catch((e: unknown) => e);
    expect(error).toMatchObject({ done: ['b'], failed: [{ queue: 'a' }] });
    expect((error as PartialQueuesError).failed[0]?.error).toBeInstanceOf(PurgeInProgressError);
    expect(bodiesIn(app.service, 'shopping')).toEqual(['x']);
    await app.clock.advance(60_000);
    expect(await app.queues.purgeAll()).toEqual(['a', 'b']);
  });

  test('says which right is missing, and which queue', async () => {
    const app = await appWith('shop-jobs');
    refuse(app, 'PurgeQueue');
    const error = await app.queues.purge('jobs').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueueAccessDeniedError);
    expect(error).toMatchObject({ queue: 'jobs', action: 'sqs:PurgeQueue' });
    await expect(app.queues.purge('nowhere')).rejects.toThrow(QueueNotFoundError);
  });
});

describe('SqsQueues drains', () => {
  test('until the queue is empty, and counts what SQS confirmed', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(125));
    const told: number[] = [];
    const drain = app.queues.drain('jobs', {
      onProgress: ({ deletedCount }) => told.push(deletedCount),
    });
    expect(await whileTimePasses(app.clock, drain)).toEqual({
      deletedCount: 125,
      failedCount: 0,
      wasCancelled: false,
    });
    expect(told).toHaveLength(13);
    expect(told.at(-1)).toBe(125);
    expect(await app.queues.stats('jobs')).toMatchObject({ messageCount: 0, inFlightCount: 0 });
  });

  test('as often as wanted, and no more than was asked', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(30));
    const first = app.queues.drain('jobs', { maxMessages: 13 });
    expect(await whileTimePasses(app.clock, first)).toMatchObject({ deletedCount: 13 });
    expect(bodiesIn(app.service, 'shop-jobs')).toHaveLength(17);
    const second = app.queues.drain('jobs', { waitTimeSeconds: 0 });
    expect(await whileTimePasses(app.clock, second)).toMatchObject({ deletedCount: 17 });
  });

  test('goes on while messages still come, where it has an idle time', async () => {
    const app = await operationsApp();
    await app.queues.create('jobs');
    await fill(app, 'jobs', numbered(3));
    app.clock.setTimer(() => void fill(app, 'jobs', ['late']), 9_000);

    const drained = app.queues.drain('jobs', { idleSeconds: 10 });
    expect(await whileTimePasses(app.clock, drained)).toMatchObject({ deletedCount: 4 });
    expect(app.service.messages('jobs')).toEqual([]);
  });

  test('gives back what it holds when it is cancelled', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(100));
    const stop = new AbortController();
    const drain = app.queues.drain('jobs', {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    const report = await whileTimePasses(app.clock, drain);
    expect(report.wasCancelled).toBe(true);
    expect(report.deletedCount).toBeLessThanOrEqual(40);
    const { messageCount, inFlightCount } = await app.queues.stats('jobs');
    expect([messageCount + report.deletedCount, inFlightCount]).toEqual([100, 0]);
  });

  test('over throttling, and tells of deletes that SQS refused', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(20));
    let calls = 0;
    app.service.beforeCall = (operation) => {
      if (!['ReceiveMessage', 'DeleteMessageBatch'].includes(operation) || ++calls % 3 !== 0)
        return;
      throw new GatewayError({ kind: 'throttled', operation, detail: 'slow down' });
    };
    let isFirst = true;
    app.service.afterCall = (operation, _queue, _request, answer) => {
      if (operation !== 'DeleteMessageBatch' || !isFirst) return undefined;
      isFirst = false;
      const failure = { code: 'ReceiptHandleIsInvalid', message: 'old', senderFault: true };
      return (answer as unknown[]).map((one, i) => (i === 0 ? { ok: false, failure } : one));
    };
    const drain = app.queues.drain('jobs');
    expect(await whileTimePasses(app.clock, drain)).toMatchObject({
      deletedCount: 19,
      failedCount: 1,
    });
  });

  test('ends with the error that does not pass', async () => {
    const app = await appWith('shop-jobs');
    refuse(app, 'ReceiveMessage');
    await expect(whileTimePasses(app.clock, app.queues.drain('jobs'))).rejects.toThrow(
      QueueAccessDeniedError,
    );
  });
});

describe('SqsQueues tells', () => {
  test('the counts of a queue as numbers', async () => {
    const app = await appWith('shop-jobs');
    await fill(app, 'shop-jobs', numbered(4));
    const url = await app.gateway.getQueueUrl('shop-jobs');
    await app.gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 0 });
    expect(await app.queues.stats('jobs')).toMatchObject({
      messageCount: 3,
      inFlightCount: 1,
      delayedCount: 0,
    });
  });

  test('its tags, and adds to them', async () => {
    const app = await appWith('shop-jobs');
    await app.queues.tag('jobs', { a: '1' });
    await app.queues.tag('jobs', { b: '2', a: '3' });
    expect(await app.queues.tags('jobs')).toEqual({ a: '3', b: '2' });
  });
});
