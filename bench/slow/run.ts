import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Controller, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { SqsModule, SqsProducer, SqsTask, sqsWorker } from 'nestjs-sqs-tasks';
import { Consumer } from 'sqs-consumer';
import { ChildService } from '../child-service.js';
import { versionOf } from '../contenders/contender.js';
import { atMost, printVerdicts } from '../verdicts.js';

/**
 * One slow message in ten must not hold up the other nine: a thousand tasks, ten slots, a service 5 ms away. The ideal
 * is the sum of what the handlers took over the slots, as measured: a busy machine's late timers are no waiting of ours.
 * `sqs-consumer`, ten at a time, does the same work beside it.
 */
const TASKS = 1_000;
const SLOTS = 10;
const SLOW_MS = 1_000;
const FAST_MS = 5;
const LATENCY_MS = 5;
const MAX_OVER_IDEAL = 1.1;

const plannedMs =
  Array.from({ length: TASKS }, (_, n) => durationOf(n)).reduce((a, b) => a + b) / SLOTS;

function durationOf(n: number): number {
  return n % 10 === 0 ? SLOW_MS : FAST_MS;
}

export interface Turn {
  tookMs: number;
  /** What the handlers themselves took, over the slots. */
  idealMs: number;
}

@Injectable()
class Handlers {
  private endedCount = 0;
  private handlingMs = 0;
  private startedAt = performance.now();
  private tellEnd: (turn: Turn) => void = () => {};
  readonly ended = new Promise<Turn>((resolve) => (this.tellEnd = resolve));

  async run(n: number): Promise<void> {
    const startedAt = performance.now();
    await pause(durationOf(n));
    const now = performance.now();
    this.handlingMs += now - startedAt;
    this.endedCount += 1;
    if (this.endedCount < TASKS) return;
    this.tellEnd({ tookMs: now - this.startedAt, idealMs: this.handlingMs / SLOTS });
  }
}

@Controller()
class Mixed {
  constructor(private readonly handlers: Handlers) {}

  @SqsTask('mixed')
  run(@Payload() n: number): Promise<void> {
    return this.handlers.run(n);
  }
}

@Module({})
class MixedModule {
  static on(service: ChildService, queue: string): DynamicModule {
    const connection = service.connection();
    const sqs = SqsModule.forRoot({ connection, queues: [queue], onMissingQueue: 'create' });
    return { module: MixedModule, imports: [sqs], controllers: [Mixed], providers: [Handlers] };
  }
}

async function main(): Promise<void> {
  const service = await ChildService.start('memory', LATENCY_MS);
  await fill(service, 'ours');
  await fill(service, 'theirs');
  const ours = await runOurs(service);
  const theirs = await runSqsConsumer(service);
  await service.end();
  console.table({
    'nestjs-sqs-tasks': rowOf(ours),
    [versionOf('sqs-consumer')]: rowOf(theirs),
  });
  const verdict = atMost('total time over ideal', ours.tookMs / ours.idealMs, MAX_OVER_IDEAL);
  process.exitCode = printVerdicts([verdict]) ? 0 : 1;
}

async function fill(service: ChildService, queue: string): Promise<void> {
  const app = await NestFactory.createApplicationContext(MixedModule.on(service, queue), {
    logger: false,
  });
  const numbers = Array.from({ length: TASKS }, (_, n) => n);
  await app.get(SqsProducer).sendMany({ queue, pattern: 'mixed' }, numbers);
  await app.close();
}

async function runOurs(service: ChildService): Promise<Turn> {
  const app = await NestFactory.createMicroservice(MixedModule.on(service, 'ours'), {
    ...sqsWorker({ queues: [{ name: 'ours', concurrency: SLOTS }] }),
    logger: false,
  });
  await app.listen();
  const turn = await app.get(Handlers).ended;
  await app.close();
  return turn;
}

async function runSqsConsumer(service: ChildService): Promise<Turn> {
  const handlers = new Handlers();
  const consumer = Consumer.create({
    queueUrl: `${service.endpoint}/000000000000/theirs`,
    sqs: new SQSClient(service.connection()),
    batchSize: SLOTS,
    waitTimeSeconds: 20,
    handleMessage: async (message) => {
      const { data } = JSON.parse(message.Body ?? '') as { data: number };
      await handlers.run(data);
      return message;
    },
  });
  let isOver = false;
  consumer.on('error', (error) => {
    if (isOver) return;
    console.error(error);
    process.exit(1);
  });
  consumer.start();
  const turn = await handlers.ended;
  await pause(500);
  isOver = true;
  consumer.stop({ abort: true });
  return turn;
}

function rowOf({ tookMs, idealMs }: Turn) {
  const [seconds, ideal, planned] = [tookMs, idealMs, plannedMs].map((ms) => ms / 1000);
  return {
    'total, s': rounded(seconds),
    'ideal, s': rounded(ideal),
    'over ideal': rounded(tookMs / idealMs),
    'ideal by the plan, s': rounded(planned),
    'over it': rounded(tookMs / plannedMs),
  };
}

function rounded(value = NaN): number {
  return Number(value.toFixed(2));
}

await main();
