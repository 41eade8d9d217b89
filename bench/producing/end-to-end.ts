import 'reflect-metadata';
import { Controller, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineTask, SqsModule, SqsProducer, SqsTask, sqsWorker } from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { QUEUE } from '../contenders/contender.js';

/**
 * What a task costs from `send()` to its delete, in one process: a thousand tasks are always on their way, as each that
 * is handled sends the next. Every request counts, whatever it is for.
 */
const SLOTS = 40;
const OPEN_TASKS = 1_000;

const work = defineTask<{ text: string }>('work', { queue: QUEUE });
const data = { text: 'x'.repeat(150) };

export async function requestsPerTask(taskCount: number): Promise<number> {
  const service = await ChildService.start('memory');
  const app = await NestFactory.createMicroservice(LoopModule.on(service), {
    ...sqsWorker({ queues: [{ name: QUEUE, concurrency: SLOTS }] }),
    logger: ['error'],
  });
  await app.listen();
  const loop = app.get(Loop);
  loop.begin();
  await loop.reach(taskCount / 4);
  const before = await service.report(QUEUE);
  await loop.reach(taskCount + taskCount / 4);
  const after = await service.report(QUEUE);
  loop.stop();
  await app.close();
  await service.end();
  const requestCount = sumOf(after.requests) - sumOf(before.requests);
  return requestCount / (after.deletedCount - before.deletedCount);
}

@Injectable()
class Loop {
  private handledCount = 0;
  private isRunning = true;
  private goal = Infinity;
  private reached: () => void = () => {};

  constructor(private readonly producer: SqsProducer) {}

  begin(): void {
    for (let n = 0; n < OPEN_TASKS; n += 1) this.sendOne();
  }

  stop(): void {
    this.isRunning = false;
  }

  handled(): void {
    this.handledCount += 1;
    if (this.handledCount === this.goal) this.reached();
    if (this.isRunning) this.sendOne();
  }

  reach(goal: number): Promise<void> {
    this.goal = goal;
    return new Promise((resolve) => (this.reached = resolve));
  }

  private sendOne(): void {
    this.producer.send(work, data).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
}

@Controller()
class Tasks {
  constructor(private readonly loop: Loop) {}

  @SqsTask(work)
  run(): void {
    this.loop.handled();
  }
}

@Module({})
class LoopModule {
  static on(service: ChildService): DynamicModule {
    const connection = service.connection();
    const sqs = SqsModule.forRoot({ connection, queues: [QUEUE], onMissingQueue: 'create' });
    return { module: LoopModule, imports: [sqs], controllers: [Tasks], providers: [Loop] };
  }
}

function sumOf(requests: Record<string, number>): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}
