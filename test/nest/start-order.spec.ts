import { Controller, Injectable, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { SqsModule, SqsProducer, sqsWorker } from '../../lib/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);

const logger = new RecordingLogger();

function sqs(service: MemoryQueueService) {
  const connection = { gateway: new MemoryGateway({ service }) };
  return SqsModule.forRoot({ connection, queues: ['jobs'] });
}

describe('Starting', () => {
  test('receives nothing before every provider is ready', async () => {
    const service = new MemoryQueueService();
    const order: string[] = [];
    const handled = deferred();
    service.beforeCall = (operation) => {
      if (operation === 'ReceiveMessage') order.push('receive');
    };

    @Injectable()
    class Slow implements OnModuleInit, OnApplicationBootstrap {
      constructor(private readonly producer: SqsProducer) {}

      async onModuleInit(): Promise<void> {
        await this.producer.send({ queue: 'jobs', pattern: 'job' }, null);
        await new Promise((resolve) => setImmediate(resolve));
        order.push('module ready');
      }

      onApplicationBootstrap(): void {
        order.push('app ready');
      }
    }

    @Controller()
    class Jobs {
      @MessagePattern('job') job(): void {
        order.push('handled');
        handled.resolve();
      }
    }

    @Module({ imports: [sqs(service)], providers: [Slow], controllers: [Jobs] })
    class App {}
    const app = await NestFactory.createMicroservice(App, {
      ...sqsWorker({ queues: ['jobs'] }),
      logger,
    });
    closeLater(app);
    await app.listen();
    await handled.promise;
    expect(order.slice(0, 3)).toEqual(['module ready', 'app ready', 'receive']);
  });

  test('that fails in a provider receives nothing and says why', async () => {
    const service = new MemoryQueueService();

    @Injectable()
    class Broken implements OnModuleInit {
      onModuleInit(): void {
        throw new Error('no database');
      }
    }

    @Module({ imports: [sqs(service)], providers: [Broken] })
    class App {}
    const options = { ...sqsWorker({ queues: ['jobs'] }), logger, abortOnError: false };
    const app = await NestFactory.createMicroservice(App, options);
    await expect(app.listen()).rejects.toThrow('no database');
    expect(service.calls.of('ReceiveMessage')).toBe(0);
  });
});
