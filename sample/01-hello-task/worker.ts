import 'reflect-metadata';
import { Controller, Logger, Module } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { maxTasks, runSqsWorker, type SqsContext } from 'nestjs-sqs-tasks';
import type { Greeting } from './greet.task.js';
import { HelloQueues } from './queues.js';

@Controller()
class GreetController {
  @MessagePattern('greet')
  greet(@Payload() { name }: Greeting, @Ctx() context: SqsContext): void {
    const { id, receiveCount } = context.message;
    console.log(`task "greet" arrived as message ${id}, attempt ${receiveCount}`);
    console.log(`Hello, ${name}!`);
  }
}

@Module({ imports: [HelloQueues], controllers: [GreetController] })
class WorkerModule {}

// The sample tells its own story; a real worker keeps its log.
Logger.overrideLogger(['error', 'warn']);

// A real worker runs until it is told to stop; this one is content with one task.
console.log('waiting for one task on queue "hello"');
await runSqsWorker(WorkerModule, { queues: ['hello'], stopWhen: maxTasks(1) });
console.log('task done and deleted, worker drained');
