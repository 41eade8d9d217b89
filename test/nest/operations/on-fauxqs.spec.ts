import { SQSClient } from '@aws-sdk/client-sqs';
import { NestFactory } from '@nestjs/core';
import { SqsDeadLetters, SqsModule, SqsProducer, SqsQueues } from '../../../lib/index.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { fill, numbered } from '../support/operations-app.js';
import { silentLogger } from '../../../lib/contracts/index.js';
import { SdkGateway } from '../../../lib/queue-client/index.js';
import { startFauxqs } from '../../support/fauxqs.js';

// Over HTTP, on an emulator that we did not write: it has no move tasks, does not list dead-letter sources, purges as often as asked, gives
// one message of a FIFO group per receive, and does not say where a dead letter came from.
describe('queues and dead letters over HTTP', { timeout: 30_000 }, () => {
  let service: { readonly gateway: SdkGateway; close(): Promise<void> };

  beforeAll(async () => {
    const fauxqs = await startFauxqs();
    const client = new SQSClient(fauxqs.clientConfig());
    const gateway = new SdkGateway({ client, ownsClient: true, logger: silentLogger });
    const close = async (): Promise<void> => {
      await gateway.close();
      await fauxqs.close();
    };
    service = { gateway, close };
  });

  afterAll(() => service.close());

  async function start(queuePrefix: string) {
    const { gateway } = service;
    const deadLetter = { queue: 'dead', maxReceiveCount: 1 };
    const sqs = SqsModule.forRoot({
      connection: { gateway },
      queuePrefix,
      queues: [{ name: 'jobs', deadLetter }],
    });
    const app = await NestFactory.createApplicationContext(sqs, { logger: new RecordingLogger() });
    closing.push(app);
    const [queues, deadLetters] = [app.get(SqsQueues), app.get(SqsDeadLetters)];
    return { app, gateway, queues, deadLetters };
  }

  const closing: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const app of closing.splice(0)) await app.close();
  });

  async function deadLetterAll(queueUrl: string, count: number): Promise<void> {
    const { gateway } = service;
    for (let round = 0; round < count + 2; round++) {
      const got = await gateway.receive(queueUrl, { maxMessages: 10, waitTimeSeconds: 0 });
      const back = got.map(({ receiptHandle }) => ({ receiptHandle, visibilityTimeoutSeconds: 0 }));
      await gateway.changeVisibilityBatch(queueUrl, back);
    }
  }

  test('are listed, created, tagged, told of, purged and deleted behind their prefix', async () => {
    const { queues, gateway } = await start('one-');
    await gateway.createQueue('one');
    await gateway.createQueue('onerous');
    expect((await queues.list()).map(({ name }) => name)).toEqual(['dead', 'jobs']);
    const created = await queues.create({ name: 'o.fifo', tags: { team: 'a' } });
    expect(created).toMatchObject({ isFifo: true, wasCreated: true });
    expect(await queues.tags('o.fifo')).toEqual({ team: 'a' });
    await fill(service, 'one-jobs', numbered(4));
    expect(await queues.stats('jobs')).toMatchObject({ messageCount: 4, inFlightCount: 0 });
    await queues.purge('jobs');
    expect((await queues.stats('jobs')).messageCount).toBe(0);
    expect(await queues.purgeAll()).toEqual(['dead', 'jobs', 'o.fifo']);
    expect(await queues.deleteAll()).toEqual(['dead', 'jobs', 'o.fifo']);
    expect(await queues.list()).toEqual([]);
    await gateway.getQueueUrl('onerous');
  });

  test('are drained and looked into', async () => {
    const { app, queues } = await start('two-');
    await app.get(SqsProducer).send({ queue: 'jobs', pattern: 'greet' }, 'Ada');
    const { messages, warnings } = await queues.peek('jobs', { waitTimeSeconds: 0 });
    expect(messages).toMatchObject([
      { receiveCount: 1, isLastReceive: true, task: { pattern: 'greet', data: 'Ada' } },
    ]);
    expect(warnings).toHaveLength(2);
    await fill(service, 'two-dead', numbered(57));
    expect(await queues.drain('dead', { waitTimeSeconds: 0 })).toMatchObject({
      deletedCount: 57,
    });
    expect(await queues.stats('dead')).toMatchObject({ messageCount: 0, inFlightCount: 0 });
  });

  test('are redriven by receiving and sending, with a filter and an edit too', async () => {
    const { queues, deadLetters, gateway } = await start('three-');
    expect(await deadLetters.sources('dead')).toMatchObject([{ name: 'jobs' }]);
    await fill(service, 'three-jobs', numbered(20));
    await deadLetterAll(await gateway.getQueueUrl('three-jobs'), 20);
    expect(await queues.stats('dead')).toMatchObject({ messageCount: 20 });
    const options = { waitTimeSeconds: 0 };
    const some = await deadLetters.redrive('dead', {
      ...options,
      filter: ({ body }) => body.endsWith('5'),
      edit: ({ body }) => ({ body: `${body}, mended` }),
    });
    expect(some).toMatchObject({ movedCount: 2, skippedCount: 18, hiddenCount: 0 });
    expect(await deadLetters.redrive('dead', options)).toMatchObject({
      way: 'receive-and-send',
      movedCount: 18,
    });
    expect(await queues.stats('jobs')).toMatchObject({ messageCount: 20 });
  });

  test('FIFO: come back within five minutes of their first id, in order', async () => {
    const { queues, deadLetters, gateway } = await start('four-');
    await queues.create({
      name: 'o.fifo',
      deadLetter: { queue: 'd.fifo', maxReceiveCount: 1 },
    });
    const url = await gateway.getQueueUrl('four-o.fifo');
    await fill(service, 'four-o.fifo', numbered(6), (i) => `g${i % 2}`);
    for (let round = 0; round < 2; round++) {
      await deadLetterAll(url, 20);
      expect(await queues.stats('d.fifo')).toMatchObject({ messageCount: 6 });
      const report = await deadLetters.redrive('d.fifo', { waitTimeSeconds: 0 });
      expect(report).toMatchObject({ movedCount: 6, failedCount: 0 });
      expect(await queues.stats('o.fifo')).toMatchObject({ messageCount: 6 });
    }
    const order: string[] = [];
    for (let i = 0; i < 6; i++) {
      const got = await gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
      order.push(...got.map(({ body }) => body));
      await gateway.deleteBatch(
        url,
        got.map(({ receiptHandle }) => receiptHandle),
      );
    }
    const parity = (rest: number) => order.filter((body) => Number(body.slice(1)) % 2 === rest);
    expect(parity(0)).toEqual(['m0', 'm2', 'm4']);
    expect(parity(1)).toEqual(['m1', 'm3', 'm5']);
  });
});
