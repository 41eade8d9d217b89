import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { constant, retry, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { openMemory } from '../memory-service.js';
import { QUEUE, SoakModule, work } from '../soak/app.js';
import { Ledger } from '../soak/ledger.js';
import { takeSample } from '../soak/sample.js';
import { printVerdicts } from '../verdicts.js';

/**
 * Half a million tasks through the whole Nest pipeline, on the queue service in memory and real time. After each
 * 50,000 nothing is on its way, and the heap must be what it was after the first.
 */
const STEP = 50_000;
const TASKS = Number(process.env['HEAP_TASKS'] ?? 500_000);
const MAX_OPEN = 2_000;
const MAX_DRIFT_MB = 5;

async function main(): Promise<void> {
  const { service, gateway } = await openMemory();
  const app = await NestFactory.createMicroservice(SoakModule.on({ gateway }), {
    ...sqsWorker({ queues: [{ name: QUEUE, concurrency: 40 }], onError: retry(constant(1)) }),
    logger: false,
  });
  await app.listen();
  const ledger = app.get(Ledger);
  const startedAt = performance.now();
  const heapMb: number[] = [];
  while (ledger.sentCount < TASKS) {
    await sendStep(app.get(SqsProducer), ledger);
    await until(() => service.stats(QUEUE).deleted === ledger.sentCount);
    heapMb.push(takeSample(startedAt).heapMb);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(
      `${ledger.sentCount} tasks, ${seconds} s: heap ${heapMb.at(-1)?.toFixed(2)} MB after gc`,
    );
  }
  await app.close();
  const { deleted } = service.stats(QUEUE);
  process.exitCode = printVerdicts([balanceOf(ledger, deleted), driftOf(heapMb)]) ? 0 : 1;
}

async function sendStep(producer: SqsProducer, ledger: Ledger): Promise<void> {
  const end = ledger.sentCount + STEP;
  while (ledger.sentCount < end) {
    await until(() => ledger.openCount < MAX_OPEN);
    const size = Math.min(500, end - ledger.sentCount);
    const data = Array.from({ length: size }, () => ({ n: ledger.next(), text: 'x'.repeat(150) }));
    await producer.sendMany(work, data);
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(2);
}

function balanceOf({ sentCount, handledCount, repeatedCount }: Ledger, deleted: number) {
  return {
    held: handledCount === sentCount && deleted === sentCount,
    text: `sent ${sentCount} = handled ${handledCount} = deleted ${deleted}; ${repeatedCount} handled once more`,
  };
}

function driftOf(heapMb: readonly number[]) {
  const [warm = NaN, ...later] = heapMb;
  const drifts = later.map((mb) => mb - warm);
  const low = Math.min(...drifts);
  const high = Math.max(...drifts);
  return {
    held: low >= -MAX_DRIFT_MB && high <= MAX_DRIFT_MB,
    text:
      `heap ${warm.toFixed(2)} MB after the first ${STEP} tasks, then ${low.toFixed(2)} to ${high.toFixed(2)} MB off it, ` +
      `at most ${MAX_DRIFT_MB}`,
  };
}

await main();
