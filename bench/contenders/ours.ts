import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SqsModule, sqsWorker, type SqsModuleOptions } from 'nestjs-sqs-tasks';
import { clientConfigOf, QUEUE, versionOf, type Contender, type Work } from './contender.js';

const nest = versionOf('@nestjs/microservices');

/** By what a user gets who installs undici. */
export const ours = contender(`nestjs-sqs-tasks, ${nest}, undici`, {});

/** By what a user gets who does not, or who configures a request handler. */
export const oursByHandler = contender(`nestjs-sqs-tasks, ${nest}, request handler`, {
  requestHandler: {},
});

export const oursBySdk = contender(`nestjs-sqs-tasks, ${nest}, wire: 'sdk'`, { wire: 'sdk' });

type Connection = NonNullable<SqsModuleOptions['connection']>;

/** Per-message handlers behind the whole of Nest: transport, parameters, exception layer. Logs as in production: warnings and errors. */
function contender(label: string, more: object): Contender {
  return {
    label,
    async start(work) {
      const connection: Connection = { ...clientConfigOf(work), ...more };
      const app = await NestFactory.createMicroservice(moduleOf(work, connection), {
        ...sqsWorker({ queues: [{ name: QUEUE, concurrency: work.slots }] }),
        logger: ['warn', 'error'],
      });
      await app.listen();
    },
  };
}

function moduleOf(work: Work, connection: Connection) {
  @Controller()
  class BenchController {
    @MessagePattern('bench')
    handle(@Payload() _data: unknown): void {
      work.onTask();
    }
  }

  @Module({
    imports: [SqsModule.forRoot({ connection, queues: [{ name: QUEUE }] })],
    controllers: [BenchController],
  })
  class BenchModule {}
  return BenchModule;
}
