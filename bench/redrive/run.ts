import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { SqsDeadLetters, SqsModule, type QueueGateway } from 'nestjs-sqs-tasks';
import { openMemory } from '../memory-service.js';
import { takeSample } from '../soak/sample.js';
import { printVerdicts } from '../verdicts.js';

/**
 * A hundred thousand dead letters, by receiving and sending, on the queue service in memory and real time. The queues
 * hold as much before as after (but for their tables, which grow by doubling), so that the heap under way shows what the
 * redrive holds.
 */
const DEAD = Number(process.env['REDRIVE_MESSAGES'] ?? 100_000);
const STEP = DEAD / 10;
const MAX_DRIFT_MB = 10;

async function main(): Promise<void> {
  const { service, gateway } = await openMemory();
  const queues = [{ name: 'jobs', deadLetter: { queue: 'dead' } }];
  const app = await NestFactory.createApplicationContext(
    SqsModule.forRoot({ connection: { gateway }, queues }),
    { logger: false },
  );
  await fill(gateway, DEAD);
  const startedAt = performance.now();
  const heapMb = [takeSample(startedAt).heapMb];
  const report = await app.get(SqsDeadLetters).redrive('dead', {
    way: 'receive-and-send',
    onProgress({ movedCount }) {
      if (movedCount < heapMb.length * STEP) return;
      heapMb.push(takeSample(startedAt).heapMb);
      console.log(`${movedCount} moved: heap ${heapMb.at(-1)?.toFixed(2)} MB after gc`);
    },
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  await app.close();
  const { visible } = service.stats('jobs');
  const balance = {
    held: report.movedCount === DEAD && visible === DEAD,
    text: `moved ${report.movedCount} of ${DEAD} in ${seconds.toFixed(1)} s, ${visible} arrived`,
  };
  process.exitCode = printVerdicts([balance, driftOf(heapMb)]) ? 0 : 1;
}

async function fill(gateway: QueueGateway, count: number): Promise<void> {
  const url = await gateway.getQueueUrl('dead');
  for (let from = 0; from < count; from += 10) {
    const text = 'x'.repeat(200);
    const entries = Array.from({ length: 10 }, (_, i) => ({ body: `${from + i} ${text}` }));
    await gateway.sendBatch(url, entries);
  }
}

function driftOf([before = NaN, ...later]: readonly number[]) {
  const high = Math.max(...later.map((mb) => mb - before));
  const low = Math.min(...later.map((mb) => mb - before));
  return {
    held: high <= MAX_DRIFT_MB,
    text:
      `heap ${before.toFixed(2)} MB before, then ${low.toFixed(2)} to ${high.toFixed(2)} MB off it, ` +
      `at most ${MAX_DRIFT_MB} above`,
  };
}

await main();
