import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { SqsConsumer, SqsHealth, SqsModule, SqsProducer, sqsWorker } from '../../lib/index.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);

@Controller()
class Jobs {
  @MessagePattern('good') good(): void {}

  @MessagePattern('bad') bad(): void {
    throw new Error('failed');
  }
}

function appModule(service: MemoryQueueService) {
  @Module({
    imports: [
      SqsModule.forRoot({
        connection: { gateway: new MemoryGateway({ service }) },
        queues: ['jobs'],
      }),
    ],
    controllers: [Jobs],
  })
  class App {}
  return App;
}

const logger = new RecordingLogger();

describe('SqsConsumer', () => {
  test('processBatch runs one receive through the app’s handlers while nothing polls', async () => {
    const service = new MemoryQueueService();
    const app = await NestFactory.createMicroservice(appModule(service), {
      ...sqsWorker({ queues: ['jobs'] }),
      logger,
    });
    closeLater(app);
    await app.init();
    const producer = app.get(SqsProducer);
    for (const pattern of ['good', 'good', 'good', 'bad']) {
      await producer.send({ queue: 'jobs', pattern }, null);
    }
    const { succeeded, failed } = await app.get(SqsConsumer).processBatch('jobs');
    expect(succeeded).toHaveLength(3);
    expect(failed).toEqual([expect.objectContaining({ error: new Error('failed') })]);
    expect(service.calls.of('ReceiveMessage')).toBe(1);
  });

  test('a loop of one’s own needs no handlers', async () => {
    const service = new MemoryQueueService();
    const app = await NestFactory.createApplicationContext(appModule(service), { logger });
    closeLater(app);
    const producer = app.get(SqsProducer);
    await producer.sendMany({ queue: 'jobs', pattern: 'count' }, [1, 2, 3]);
    const seen: unknown[] = [];
    for await (const { pattern, data, ack } of app.get(SqsConsumer).messages('jobs')) {
      seen.push([pattern, data]);
      ack();
      if (seen.length === 3) break;
    }
    expect(new Set(seen.map(String))).toEqual(new Set(['count,1', 'count,2', 'count,3']));
    expect(service.messages('jobs')).toEqual([]);
  });

  test('a loop that is left while it waits for a message ends at once', async () => {
    const service = new MemoryQueueService();
    const app = await NestFactory.createApplicationContext(appModule(service), { logger });
    closeLater(app);
    const loop = app.get(SqsConsumer).messages('jobs');
    const waiting = [loop.next(), loop.next()];
    await loop.return();
    const done = { done: true, value: undefined };
    expect(await Promise.all(waiting)).toEqual([done, done]);
    expect(await loop.next()).toEqual(done);
  });

  test('two loops that share a stream get each message once, in order', async () => {
    const service = new MemoryQueueService();
    const app = await NestFactory.createApplicationContext(appModule(service), { logger });
    closeLater(app);
    const loop = app.get(SqsConsumer).messages('jobs');
    const both = Promise.all([loop.next(), loop.next()]);
    await app.get(SqsProducer).sendMany({ queue: 'jobs', pattern: 'count' }, [1, 2]);
    const got = await both;
    expect(new Set(got.map(({ value }) => value?.data))).toEqual(new Set([1, 2]));
    for (const { value } of got) value?.ack();
    await loop.close();
    expect(service.messages('jobs')).toEqual([]);
  });

  test('processBatch in an app without a worker says what is missing', async () => {
    const app = await NestFactory.createApplicationContext(appModule(new MemoryQueueService()), {
      logger,
    });
    closeLater(app);
    await expect(app.get(SqsConsumer).processBatch('jobs')).rejects.toThrow(
      'expected an app made with sqsWorker()',
    );
  });

  test('refuses options that cannot be', async () => {
    const app = await NestFactory.createApplicationContext(appModule(new MemoryQueueService()), {
      logger,
    });
    closeLater(app);
    const loop = app.get(SqsConsumer).messages('jobs', { concurrency: 0 });
    await expect(loop.next()).rejects.toThrow('Expected concurrency to be an integer');
  });
});

describe('SqsHealth', () => {
  test('is ready and live while a worker runs, and not ready once it has stopped', async () => {
    const app = await NestFactory.createMicroservice(appModule(new MemoryQueueService()), {
      ...sqsWorker({ queues: ['jobs'] }),
      logger,
    });
    closeLater(app);
    await app.listen();
    const health = app.get(SqsHealth);
    expect(health.check()).toEqual({ isReady: true, isLive: true, problems: [] });
    await app.close();
    expect(health.check()).toMatchObject({ isReady: false, isLive: true });
  });
});
