import {
  GatewayError,
  MessageTooLargeError,
  PartialSendError,
  SendFailedError,
  silentLogger,
} from '../../../lib/contracts/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { Producer } from '../../../lib/producer/index.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { QueueDirectory, type Connection } from '../../../lib/queue-client/index.js';
import { createCodecLookup, compressed, nativeFormat } from '../../../lib/serialization/index.js';

const KIB = 1_024;

async function setup(attributes: Record<string, string> = {}, queue = 'jobs') {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const gateway = new MemoryGateway({ service });
  const url = await gateway.createQueue(queue, { attributes });
  const read = vi.spyOn(gateway, 'getQueueAttributes');
  const region = undefined;
  const connection: Connection = {
    name: 'default',
    gateway,
    region,
    defaultMissingQueue: 'error',
    async close() {},
  };
  const directory = new QueueDirectory({
    connections: new Map([['default', connection]]),
    defaultFormat: nativeFormat,
    codecs: createCodecLookup([compressed()]),
    logger: silentLogger,
  });
  const producer = new Producer({
    queues: directory,
    interceptors: [],
    options: {
      maxRequestsInFlight: 16,
      maxBufferedMessages: 10_000,
      maxAttempts: 5,
      codec: 'json',
      strictOrder: false,
      sendTimeoutMs: 60_000,
      closeTimeoutMs: 30_000,
    },
    clock,
    logger: silentLogger,
  });
  const setLimit = (bytes: number) =>
    gateway.setQueueAttributes(url, { MaximumMessageSize: String(bytes) });
  return { producer, directory, service, gateway, clock, read, setLimit };
}

const text = (bytes: number) => 'x'.repeat(bytes);

describe('A queue with a MaximumMessageSize of its own', () => {
  test('refuses a larger message here, and names its limit', async () => {
    const { producer, service } = await setup({ MaximumMessageSize: '262144' });
    const error = await failure(producer.send({ queue: 'jobs', pattern: 'p' }, text(300 * KIB)));
    expect(error).toBeInstanceOf(MessageTooLargeError);
    expect(error).toMatchObject({ limitBytes: 262_144 });
    expect(error.message).toMatch(/this queue takes at most 262144, its MaximumMessageSize/);
    expect(service.stats('jobs').sent).toBe(0);
    expect(service.calls.of('SendMessageBatch')).toBe(0);
  });

  test.each(['send', 'sendMany', 'batch', 'sendRaw', 'baked'] as const)(
    'counts for %s, and spares what fits',
    async (way) => {
      const { producer, service } = await setup({ MaximumMessageSize: '2048' });
      const target = { queue: 'jobs', pattern: 'p' };
      const [small, large] = [text(KIB), text(3 * KIB)];
      const ways = {
        send: () =>
          Promise.allSettled([producer.send(target, small), producer.send(target, large)]),
        sendMany: () => producer.sendMany(target, [small, large]),
        batch: () =>
          producer.batch((b) => {
            b.add(target, small);
            b.add(target, large);
          }),
        sendRaw: () =>
          Promise.allSettled([producer.sendRaw('jobs', small), producer.sendRaw('jobs', large)]),
        baked: () =>
          Promise.allSettled([
            producer.bake(target, small).send(),
            producer.bake(target, large).send(),
          ]),
      };
      const ended = await ways[way]().then(
        (results) => (results as PromiseSettledResult<unknown>[])[1],
        (error: PartialSendError) => ({ reason: error.failed[0]?.error }),
      );
      expect(ended).toMatchObject({ reason: { limitBytes: 2_048 } });
      expect(service.stats('jobs').sent).toBe(1);
    },
  );

  test('leaves requests of many messages at 1 MiB', async () => {
    const { producer, service } = await setup({ MaximumMessageSize: '102400' });
    const datas = Array.from({ length: 10 }, () => text(99 * KIB));
    await producer.sendMany({ queue: 'jobs', pattern: 'p' }, datas);
    expect(service.calls.of('SendMessageBatch')).toBe(1);
  });

  test('is asked again where it was raised while the app runs, and the message is sent', async () => {
    const { producer, setLimit, read, clock } = await setup({ MaximumMessageSize: '2048' });
    const send = () => producer.send({ queue: 'jobs', pattern: 'p' }, text(4 * KIB));
    await expect(send()).rejects.toThrow(MessageTooLargeError);
    await setLimit(8 * KIB);
    await clock.advance(1_000);
    await expect(Promise.all([send(), send()])).resolves.toHaveLength(2);
    // Found once, and read again before each of the two was decided: at most once a second.
    expect(read).toHaveBeenCalledTimes(3);
    await expect(send()).resolves.toMatchObject({ queue: 'jobs' });
    expect(read).toHaveBeenCalledTimes(3);
  });

  test('is not asked for each message that is refused', async () => {
    const { producer, read } = await setup({ MaximumMessageSize: '2048' });
    for (let n = 0; n < 20; n++) {
      await failure(producer.send({ queue: 'jobs', pattern: 'p' }, text(4 * KIB)));
    }
    await failure(producer.send({ queue: 'jobs', pattern: 'p' }, text(2_048 * KIB)));
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('keeps the order of a group where one of its messages waits for the limit', async () => {
    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const { producer, setLimit, service } = await setup(
      { ...fifo, MaximumMessageSize: '2048' },
      'jobs.fifo',
    );
    await producer.sendRaw('jobs.fifo', 'first', { groupId: 'g' });
    await setLimit(8 * KIB);
    const large = text(4 * KIB);
    await Promise.all([
      producer.sendRaw('jobs.fifo', large, { groupId: 'g' }),
      producer.sendRaw('jobs.fifo', 'last', { groupId: 'g' }),
    ]);
    const bodies = service.messages('jobs.fifo').map(({ body }) => body);
    expect(bodies).toEqual(['first', large, 'last']);
  });

  test('is told by SQS where it was lowered while the app runs', async () => {
    const { producer, setLimit } = await setup();
    const target = { queue: 'jobs', pattern: 'p' };
    await producer.send(target, text(4 * KIB));
    await setLimit(2 * KIB);
    const error = await failure(producer.send(target, text(4 * KIB)));
    expect(error).toBeInstanceOf(SendFailedError);
    expect(error).toMatchObject({ senderFault: true });
    expect(error.message).toContain('2048');
  });

  test('is not known where attributes may not be read: then the limit of SQS counts', async () => {
    const { producer, read, directory } = await setup({ MaximumMessageSize: '2048' });
    const denied = {
      kind: 'access-denied',
      operation: 'GetQueueAttributes',
      detail: 'no',
    } as const;
    read.mockRejectedValue(new GatewayError(denied));
    expect((await directory.find('jobs')).sizeLimit).toBeUndefined();
    const error = await failure(producer.send({ queue: 'jobs', pattern: 'p' }, text(1_100 * KIB)));
    expect(error).toMatchObject({ limitBytes: 1_048_576 });
  });

  test('stays as it was where it cannot be read again', async () => {
    const { producer, read, directory } = await setup({ MaximumMessageSize: '2048' });
    await directory.find('jobs');
    read.mockRejectedValue(new Error('not now'));
    const error = await failure(producer.send({ queue: 'jobs', pattern: 'p' }, text(4 * KIB)));
    expect(error).toMatchObject({ limitBytes: 2_048 });
  });

  test('lets a codec pack what would not fit, however small that is', async () => {
    const { producer, service } = await setup({ MaximumMessageSize: '2048' });
    const options = { codec: 'json+deflate' };
    await producer.send({ queue: 'jobs', pattern: 'p' }, text(3 * KIB), options);
    expect(service.messages('jobs')[0]?.body.length).toBeLessThan(KIB);
  });
});

async function failure(send: Promise<unknown>): Promise<Error> {
  const error = await send.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('Expected the send to fail.');
}
