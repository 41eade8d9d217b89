import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SqsModule, sqsWorker } from 'nestjs-sqs-tasks';
import { clientConfigOf, QUEUE, versionOf, type Contender, type Work } from './contender.js';

/** Per-message handlers behind the whole of Nest: transport, parameters, exception layer. Logs as in production: warnings and errors. */
export const ours: Contender = {
  label: `nestjs-sqs-tasks, ${versionOf('@nestjs/microservices')}`,
  async start(work) {
    const app = await NestFactory.createMicroservice(moduleOf(work), {
      ...sqsWorker({ queues: [{ name: QUEUE, concurrency: work.slots }] }),
      logger: ['warn', 'error'],
    });
    await app.listen();
  },
};

function moduleOf(work: Work) {
  @Controller()
  class BenchController {
    @MessagePattern('bench')
    handle(@Payload() _data: unknown): void {
      work.onTask();
    }
  }

  @Module({
    imports: [SqsModule.forRoot({ connection: clientConfigOf(work), queues: [{ name: QUEUE }] })],
    controllers: [BenchController],
  })
  class BenchModule {}
  return BenchModule;
}
