import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import {
  getSqsQueueToken,
  RetryTaskError,
  ServerSqs,
  SqsContext,
  SqsModule,
  SqsProducer,
  SqsQueue,
  SqsWorkers,
  SqsTask,
  sqsWorker,
} from '../../lib/nest/index.js';
import { defineTask } from '../../lib/producer/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { startEmbedded } from '../support/embedded.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);

const logger = new RecordingLogger();
const sendEmail = defineTask<{ to: string }>('send_email', { queue: 'emails' });

describe('a worker on the embedded service', () => {
  test('receives, retries where asked, and deletes what succeeded', async () => {
    const attempts: number[] = [];
    const done = deferred<unknown>();
    @Controller()
    class Emails {
      @SqsTask(sendEmail)
      send(@Payload() data: unknown, @Ctx() context: SqsContext): void {
        attempts.push(context.message.receiveCount);
        if (attempts.length === 1) throw new RetryTaskError({ delaySeconds: 0 });
        done.resolve(data);
      }
    }
    @Module({
      imports: [SqsModule.forRoot({ connection: { embedded: true }, queues: ['emails'] })],
      controllers: [Emails],
    })
    class App {}
    const app = await NestFactory.createMicroservice(App, { ...sqsWorker(), logger });
    closeLater(app);
    await app.listen();
    const sent = await app.get(SqsProducer).send(sendEmail, { to: 'a' });
    expect(sent).toMatchObject({ queue: 'emails' });
    expect(await done.promise).toEqual({ to: 'a' });
    expect(attempts).toEqual([1, 2]);
    const queue = app.get<SqsQueue>(getSqsQueueToken('emails'));
    await app.get(SqsWorkers).all()[0]?.close();
    expect(await queue.attributes()).toMatchObject({ messageCount: 0, inFlightCount: 0 });
  });

  test('starts without a queue that it waits for, serves it once it is there, and may stop before', async () => {
    const service = await startEmbedded();
    const { gateway } = service;
    const done = deferred<unknown>();
    @Controller()
    class Emails {
      @SqsTask(sendEmail)
      send(@Payload() data: unknown): void {
        done.resolve(data);
      }
    }
    const module = { connection: { gateway }, onMissingQueue: 'wait' as const };
    @Module({ imports: [SqsModule.forRoot(module)], controllers: [Emails] })
    class App {}
    const lines = new RecordingLogger();
    const start = async () => {
      const options = { ...sqsWorker({ queues: ['emails'] }), logger: lines };
      const app = await NestFactory.createMicroservice(App, options);
      await app.listen();
      return app;
    };
    const early = await start();
    await early.close();
    expect(lines.lines.filter((line) => line.level === 'error')).toEqual([]);
    const app = await start();
    const url = await gateway.createQueue('emails');
    await gateway.sendBatch(url, [{ body: JSON.stringify({ pattern: 'send_email', data: 7 }) }]);
    expect(await done.promise).toBe(7);
    await app.close();
    await service.close();
  });

  test('works by hand, without SqsModule, and closes its connection', async () => {
    const service = await startEmbedded();
    const done = deferred<unknown>();
    @Controller()
    class Emails {
      @MessagePattern('send_email')
      send(@Payload() data: unknown): void {
        done.resolve(data);
      }
    }
    @Module({ controllers: [Emails] })
    class App {}
    const url = await service.gateway.createQueue('emails');
    const { gateway } = service;
    const strategy = new ServerSqs({ connection: { gateway }, queues: ['emails'] });
    const app = await NestFactory.createMicroservice(App, { strategy, logger });
    await app.listen();
    await gateway.sendBatch(url, [{ body: JSON.stringify({ pattern: 'send_email', data: 7 }) }]);
    expect(await done.promise).toBe(7);
    await app.close();
    expect(await strategy.ended).toMatchObject({ reason: 'drained', unfinishedCount: 0 });
    expect(strategy.workerStatus().phase).toBe('stopped');
    await service.close();
  });
});
