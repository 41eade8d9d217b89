import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsProducer } from 'nestjs-sqs-tasks';
import { greet } from './greet.task.js';
import { HelloQueues } from './queues.js';

@Controller('hello')
class HelloController {
  constructor(private readonly sqs: SqsProducer) {}

  @Post()
  @HttpCode(202)
  async hello(@Body() body: { name: string }) {
    console.log(`POST /hello for ${body.name}: sending the task "greet"`);
    const { messageId, queue } = await this.sqs.send(greet, { name: body.name });
    console.log(`queue "${queue}" took it as message ${messageId}`);
    return { messageId };
  }
}

@Module({ imports: [HelloQueues], controllers: [HelloController] })
class WebModule {}

const app = await NestFactory.create(WebModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
console.log('listening for requests');
process.send?.(await app.getUrl());

// The launcher lets go of this process when it is done with it.
process.once('disconnect', () => {
  app.close().then(
    () => console.log('closed'),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
});
