import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsModule, SqsTask, SqsWorkers, sqsWorker } from 'nestjs-sqs-tasks';
import type { SqsModuleOptions } from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { countedResources } from '../soak/sample.js';
import { atMost, printVerdicts } from '../verdicts.js';
import { boundsOf } from './bounds.js';
import { heldGateway } from './held-gateway.js';

/**
 * Five thousand idle queues in one worker: what each costs in memory, sockets and processor time, and how soon the
 * worker starts and stops. Once with polls held in this process (the library alone), once over HTTP (with the SDK).
 */
const QUEUES = Number(process.env['IDLE_QUEUES'] ?? 5_000);
const KB = 1024;

type Connection = NonNullable<SqsModuleOptions['connection']>;

@Controller()
class Idle {
  @SqsTask('idle')
  run(): void {}
}

@Module({})
class IdleModule {
  static on(connection: Connection, queueNames: readonly string[]): DynamicModule {
    const sqs = SqsModule.forRoot({ connection, queues: queueNames, onMissingQueue: 'create' });
    return { module: IdleModule, imports: [sqs], controllers: [Idle] };
  }
}

export interface IdleFigures {
  heapKbPerQueue: number;
  residentKbPerQueue: number;
  sockets: number;
  cpuMsPerSecond: number;
  startMs: number;
  stopMs: number;
}

async function main(): Promise<void> {
  const held = await measure({ gateway: heldGateway() });
  const service = await ChildService.start('memory');
  const http = await measure(service.connection());
  await service.end();
  console.log(`${QUEUES} idle queues, Node ${process.version}`);
  console.table({ 'library alone': rounded(held), 'over HTTP': rounded(http) });
  const verdicts = [
    ...verdictsOf('library alone', held, boundsOf.held),
    ...verdictsOf('over HTTP', http, boundsOf.http),
  ];
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

/** A small worker comes and goes first, so that what is loaded and compiled once is not counted. */
async function measure(connection: Connection): Promise<IdleFigures> {
  await (await startWorker(connection, namesOf(20))).close();
  const before = await memoryNow();
  const startedAt = performance.now();
  const app = await startWorker(connection, namesOf(QUEUES));
  await untilPolling(app);
  const startMs = performance.now() - startedAt;
  const after = await memoryNow();
  const sockets = countedResources()['TCPSocketWrap'] ?? 0;
  const cpuMsPerSecond = await idleCpu();
  const stopAt = performance.now();
  await app.close();
  return {
    heapKbPerQueue: (after.heapUsed - before.heapUsed) / QUEUES / KB,
    residentKbPerQueue: (after.rss - before.rss) / QUEUES / KB,
    sockets,
    cpuMsPerSecond,
    startMs,
    stopMs: performance.now() - stopAt,
  };
}

async function startWorker(
  connection: Connection,
  queueNames: readonly string[],
): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(IdleModule.on(connection, queueNames), {
    ...sqsWorker({ queues: queueNames }),
    logger: false,
  });
  await app.listen();
  return app;
}

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `idle-${index}`);
}

async function untilPolling(app: INestMicroservice): Promise<void> {
  const workers = app.get(SqsWorkers);
  const isPolling = () =>
    workers.status().every(({ queues }) => queues.every((queue) => queue.openPollCount > 0));
  while (!isPolling()) await pause(50);
}

async function memoryNow(): Promise<NodeJS.MemoryUsage> {
  await pause(500);
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}

/** Over one whole round of long polls. */
async function idleCpu(): Promise<number> {
  const before = process.cpuUsage();
  await pause(20_000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / 20;
}

function rounded(figures: IdleFigures): Record<string, number> {
  const entries = Object.entries(figures) as [string, number][];
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value.toFixed(1))]));
}

function verdictsOf(where: string, figures: IdleFigures, bounds: IdleFigures) {
  const names = Object.keys(bounds) as (keyof IdleFigures)[];
  return names.map((name) => atMost(`${where}, ${name}`, figures[name], bounds[name]));
}

await main();
