import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsModule, SqsTask, sqsWorker } from 'nestjs-sqs-tasks';
import type { CurveJob, CurveReply } from './messages.js';

let tasks = 0;

@Controller()
class Counting {
  @SqsTask('bench')
  run(): void {
    tasks += 1;
  }
}

@Module({})
class CurveModule {
  static on({ endpoint, queueCount }: CurveJob): DynamicModule {
    const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
    const connection = { endpoint, region: 'us-east-1', credentials };
    const sqs = SqsModule.forRoot({ connection, queues: namesOf(queueCount) });
    return { module: CurveModule, imports: [sqs], controllers: [Counting] };
  }
}

/** A Nest worker in a process of its own: warm up, then count tasks and processor time. */
async function measure(job: CurveJob): Promise<void> {
  const worker = sqsWorker({ queues: namesOf(job.queueCount), concurrency: job.slots });
  const app = await NestFactory.createMicroservice(CurveModule.on(job), {
    ...worker,
    logger: ['error', 'fatal'],
  });
  await app.listen();
  await pause(job.warmUpMs);
  tell({ kind: 'mark' });
  const tasksBefore = tasks;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await pause(job.measureMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  // A loop that is busy wakes late, so the time is taken, not assumed.
  const elapsedMs = performance.now() - startedAt;
  tell({ kind: 'measured', tasks: tasks - tasksBefore, cpuMicros: user + system, elapsedMs });
}

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index}`);
}

function tell(reply: CurveReply): void {
  process.send?.(reply);
}

// The parent ends this process once it has read the counts: stopping well is not what is measured here.
process.on('disconnect', () => process.exit(0));
process.once('message', (job: CurveJob) => {
  measure(job).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
