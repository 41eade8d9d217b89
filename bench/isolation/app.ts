import 'reflect-metadata';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import {
  constant,
  retry,
  SqsModule,
  SqsProducer,
  SqsTask,
  sqsWorker,
  SqsWorkers,
  type SqsModuleOptions,
  type SqsTaskOptions,
  type WorkerEvents,
} from 'nestjs-sqs-tasks';
import type { Act } from './acts.js';

export type Settled = WorkerEvents['task:settled'];

export interface BenchApp {
  readonly app: INestMicroservice;
  send(...acts: readonly Act[]): Promise<void>;
  /** Calls back with the end of each task. */
  onEnd(listener: (settled: Settled) => void): void;
}

export interface BenchAppFacts {
  readonly connection: NonNullable<SqsModuleOptions['connection']>;
  readonly task: SqsTaskOptions;
  readonly visibilityTimeoutSeconds?: number;
  readonly concurrency?: number;
  /** What a method does that is not isolated. */
  readonly handle?: (data: Act) => unknown;
}

export const actsFile = new URL('./acts.js', import.meta.url);

/** A worker with one task, `act`, on a queue of its own. */
export async function startApp(facts: BenchAppFacts): Promise<BenchApp> {
  const { visibilityTimeoutSeconds = 30, concurrency = 10 } = facts;
  const queue = `acts-${Date.now()}-${Math.round(Math.random() * 1e6)}`;

  @Controller()
  class Actor {
    @SqsTask('act', { onError: retry(constant(0)), ...facts.task })
    act(@Payload() data: Act): unknown {
      return facts.handle?.(data);
    }
  }
  const { connection } = facts;
  @Module({
    imports: [
      SqsModule.forRoot({
        connection,
        queues: [{ name: queue, visibilityTimeoutSeconds }],
        onMissingQueue: 'create',
      }),
    ],
    controllers: [Actor],
  })
  class BenchModule {}

  const worker = sqsWorker({ queues: [{ name: queue, concurrency }], drainTimeoutMs: 1_000 });
  const app = await NestFactory.createMicroservice(BenchModule, { ...worker, logger: false });
  await app.listen();
  return {
    app,
    async send(...acts) {
      await app.get(SqsProducer).sendMany({ queue, pattern: 'act' }, [...acts]);
    },
    onEnd: (listener) => void app.get(SqsWorkers).on('task:settled', listener),
  };
}

/** The end of the next tasks, in order. */
export function nextEnds(app: BenchApp): () => Promise<Settled> {
  const ends: Settled[] = [];
  const waiting: ((settled: Settled) => void)[] = [];
  app.onEnd((settled) => {
    const next = waiting.shift();
    if (next === undefined) ends.push(settled);
    else next(settled);
  });
  return () => {
    const end = ends.shift();
    return end === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(end);
  };
}
