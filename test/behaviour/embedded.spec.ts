import {
  GatewayError,
  SQS_LIMITS,
  type QueueOptions,
  type ReceivedMessage,
} from '../../lib/contracts/index.js';
import { Provisioner, QueueDirectory } from '../../lib/queue-client/index.js';
import { systemClock } from '../../lib/primitives/system-clock.js';
import { startEmbedded, type EmbeddedService } from '../support/embedded.js';
import { plainCodecs, plainFormat } from '../support/plain-format.js';
import { RecordingLogger } from '../support/recording-logger.js';

describe('An embedded SQS', () => {
  let service: EmbeddedService;

  beforeAll(async () => void (service = await startEmbedded()));
  afterAll(() => service.close());

  const takeNow = (url: string, maxMessages = 10): Promise<ReceivedMessage[]> =>
    service.gateway.receive(url, { maxMessages, waitTimeSeconds: 0 });

  async function prepare(...queues: QueueOptions[]) {
    const logger = new RecordingLogger();
    const calls = vi.spyOn(service.gateway, 'getQueueUrl');
    const directory = new QueueDirectory({
      connections: new Map([['default', service.connection]]),
      defaultFormat: plainFormat(),
      codecs: plainCodecs,
      logger,
    });
    for (const queue of queues) directory.register(queue);
    const provisioner = new Provisioner({ directory, clock: systemClock, logger });
    await provisioner.prepare();
    await provisioner.close();
    const urlCalls = () => calls.mock.calls.map(([name]) => name);
    return { directory, logger, urlCalls };
  }

  test('listens on 127.0.0.1 only', () => {
    expect(new URL(service.endpoint).hostname).toBe('127.0.0.1');
  });

  test('carries bodies and attributes of each type, and forgets what is deleted', async () => {
    const url = await service.gateway.createQueue('round-trip');
    const attributes = {
      text: { dataType: 'String', stringValue: 'a' },
      count: { dataType: 'Number.int', stringValue: '7' },
      bytes: { dataType: 'Binary', binaryValue: Uint8Array.of(0, 255) },
    };
    const sent = await service.gateway.sendBatch(url, [{ body: 'one', attributes }]);
    const [message] = await takeNow(url);
    expect(sent).toEqual([{ ok: true, value: { messageId: message?.messageId } }]);
    expect(message).toMatchObject({ body: 'one', attributes });
    expect(message?.systemAttributes.ApproximateReceiveCount).toBe('1');
    const deleted = await service.gateway.deleteBatch(url, [message?.receiptHandle ?? '']);
    expect(deleted).toMatchObject([{ ok: true }]);
    const counts = await service.gateway.getQueueAttributes(url);
    expect(counts['ApproximateNumberOfMessages']).toBe('0');
    expect(counts['ApproximateNumberOfMessagesNotVisible']).toBe('0');
  });

  test('gives a released message again, and answers per entry where a handle is not in flight', async () => {
    const url = await service.gateway.createQueue('visibility');
    await service.gateway.sendBatch(url, [{ body: 'again' }]);
    const [first] = await takeNow(url);
    expect(await takeNow(url)).toEqual([]);
    const results = await service.gateway.changeVisibilityBatch(url, [
      { receiptHandle: 'nonsense', visibilityTimeoutSeconds: 5 },
      { receiptHandle: first?.receiptHandle ?? '', visibilityTimeoutSeconds: 0 },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
    const [second] = await takeNow(url);
    expect(second?.messageId).toBe(first?.messageId);
    expect(second?.systemAttributes.ApproximateReceiveCount).toBe('2');
  });

  test('creates FIFO queues with what their options say', async () => {
    const { directory } = await prepare({
      name: 'orders.fifo',
      contentBasedDeduplication: true,
      visibilityTimeoutSeconds: 77,
    });
    const queue = await directory.find('orders.fifo');
    const attributes = await service.gateway.getQueueAttributes(queue.url);
    expect(queue).toMatchObject({ isFifo: true, contentBasedDeduplication: true });
    expect(attributes).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      VisibilityTimeout: '77',
    });
    const [sent] = await service.gateway.sendBatch(queue.url, [{ body: 'x', groupId: 'g' }]);
    expect(sent).toMatchObject({ ok: true, value: { sequenceNumber: expect.any(String) } });
  });

  test('creates dead-letter queues before the queues that use them, and moves dead letters', async () => {
    const { directory } = await prepare({
      name: 'mails',
      deadLetter: { queue: 'mails-dead', maxReceiveCount: 1 },
    });
    const queue = await directory.find('mails');
    const deadUrl = queue.deadLetter?.url ?? '';
    expect(queue.deadLetter).toMatchObject({ name: 'mails-dead', maxReceiveCount: 1 });
    expect(await service.gateway.getQueueAttributes(deadUrl)).toMatchObject({
      MessageRetentionPeriod: String(SQS_LIMITS.maxRetentionSeconds),
    });
    await service.gateway.sendBatch(queue.url, [{ body: 'poison' }]);
    const [message] = await takeNow(queue.url);
    await service.gateway.changeVisibilityBatch(queue.url, [
      { receiptHandle: message?.receiptHandle ?? '', visibilityTimeoutSeconds: 0 },
    ]);
    expect(await takeNow(queue.url)).toEqual([]);
    expect(await takeNow(deadUrl)).toMatchObject([{ body: 'poison' }]);
  });

  test('asks for the URL of each queue once', async () => {
    await service.gateway.createQueue('once');
    const { directory, urlCalls } = await prepare({ name: 'once' });
    await Promise.all([directory.find('once'), directory.find('once')]);
    expect(urlCalls().filter((name) => name === 'once')).toHaveLength(1);
  });

  test('ends an open receive at once when it is aborted', async () => {
    const url = await service.gateway.createQueue('aborted');
    const stop = new AbortController();
    const request = { maxMessages: 1, waitTimeSeconds: 20 };
    const receive = service.gateway.receive(url, request, { signal: stop.signal });
    stop.abort();
    await expect(receive).rejects.toMatchObject({ kind: 'aborted', operation: 'ReceiveMessage' });
  });

  test('says which queue does not exist', async () => {
    const miss = service.gateway.getQueueUrl('nowhere');
    await expect(miss).rejects.toBeInstanceOf(GatewayError);
    await expect(miss).rejects.toMatchObject({ kind: 'queue-not-found', queue: 'nowhere' });
  });

  test('lists queues by prefix', async () => {
    await service.gateway.createQueue('listed-a');
    await service.gateway.createQueue('listed-b');
    const names = new Set<string | undefined>();
    for await (const url of service.gateway.listQueueUrls('listed-')) {
      names.add(url.split('/').at(-1));
    }
    expect(names).toEqual(new Set(['listed-a', 'listed-b']));
  });
});
