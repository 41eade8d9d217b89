import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  constant,
  retry,
  SqsProducer,
  SqsQueue,
  getSqsQueueToken,
  sqsWorker,
} from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { DEAD_QUEUE, QUEUE, SoakModule } from './app.js';
import { Ledger } from './ledger.js';
import { Load } from './load.js';
import { countedResources, takeSample, type Sample } from './sample.js';
import { printSummary, type SoakFacts } from './summary.js';

/**
 * Steady load for an hour: producer and worker in this process, the queue service in another. It ends with a balance
 * of what was sent, handled and deleted, and fails on a loss, on growing memory and on any warning of the process.
 */
const minutes = Number(process.env['SOAK_MINUTES'] ?? 60);
const tasksPerSecond = Number(process.env['SOAK_RATE'] ?? 2_000);
const kind = process.env['SOAK_SERVICE'] === 'memory' ? 'memory' : 'fauxqs';
const sampleEveryMs = Math.min(60_000, (minutes * 60_000) / 12);

const warnings: string[] = [];
process.on('warning', (warning) => warnings.push(`${warning.name}: ${warning.message}`));
const stopEarly = new AbortController();
process.once('SIGTERM', () => stopEarly.abort());
process.once('SIGINT', () => stopEarly.abort());

async function main(): Promise<void> {
  const service = await ChildService.start(kind);
  const app = await startWorker(service);
  const ledger = app.get(Ledger);
  const startedAt = performance.now();
  const load = new Load({ producer: app.get(SqsProducer), ledger, tasksPerSecond });
  const sent = load.run();
  const samples = await takeSamples(startedAt, service, ledger);
  load.stop();
  await sent;
  const loadSeconds = (performance.now() - startedAt) / 1000;
  await untilHandled(ledger);
  await app.close();
  const left = await leftOn(service);
  const { deletedCount } = await service.report(QUEUE);
  await service.end();
  await pause(100);
  const facts: SoakFacts = {
    kind,
    minutes,
    tasksPerSecond,
    loadSeconds,
    samples,
    warnings,
    left,
    ledger,
    sendFailures: load.sendFailures,
    deletedCount,
    resourcesLeft: countedResources(),
  };
  process.exitCode = printSummary(facts) ? 0 : 1;
}

async function startWorker(service: ChildService): Promise<INestMicroservice> {
  const worker = sqsWorker({
    queues: [{ name: QUEUE, concurrency: 40 }],
    onError: retry(constant(1)),
  });
  const app = await NestFactory.createMicroservice(SoakModule.on(service.connection()), {
    ...worker,
    logger: false,
  });
  await app.listen();
  return app;
}

async function takeSamples(startedAt: number, service: ChildService, ledger: Ledger) {
  const samples: Sample[] = [];
  while (performance.now() - startedAt < minutes * 60_000 - 50 && !stopEarly.signal.aborted) {
    const dueAt = startedAt + (samples.length + 1) * sampleEveryMs;
    await pause(dueAt - performance.now(), undefined, { signal: stopEarly.signal }).catch(() => {});
    const sample = takeSample(startedAt);
    samples.push(sample);
    const { heapBytes, residentBytes } = await service.report(QUEUE);
    console.log(
      `${sample.minute.toFixed(1)} min: ${ledger.handledCount} handled, heap ${sample.heapMb.toFixed(2)} MB, ` +
        `resident ${sample.residentMb.toFixed(0)} MB, open tasks ${ledger.openCount}, ` +
        `${JSON.stringify(sample.resources)}; service heap ${mb(heapBytes)} MB, resident ${mb(residentBytes)} MB`,
    );
  }
  return samples;
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

/** Two minutes at most: what is missing then is a loss. */
async function untilHandled(ledger: Ledger): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (ledger.openCount > 0 && performance.now() < deadline) await pause(50);
}

/** Messages that are still there, asked by a client of its own. */
async function leftOn(service: ChildService) {
  const app = await NestFactory.createApplicationContext(SoakModule.on(service.connection()), {
    logger: false,
  });
  const inQueue = await countOf(app.get<SqsQueue>(getSqsQueueToken(QUEUE)));
  const dead = await countOf(app.get<SqsQueue>(getSqsQueueToken(DEAD_QUEUE)));
  await app.close();
  return { inQueue, dead };
}

async function countOf(queue: SqsQueue): Promise<number> {
  const { messageCount, inFlightCount, delayedCount } = await queue.attributes();
  return messageCount + inFlightCount + delayedCount;
}

await main();
