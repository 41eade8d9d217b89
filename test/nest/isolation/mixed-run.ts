import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  constant,
  retry,
  SqsModule,
  SqsProducer,
  sqsWorker,
  SqsWorkers,
} from '../../../lib/index.js';
import type { IsolateOptions, WorkerEvents } from '../../../lib/index.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { systemClock } from '../../../lib/primitives/system-clock.js';
import { seededRandom, signal } from '../../support/signals.js';
import { actor } from './actor.js';
import type { Act } from './fixtures/acts.js';
import { inFile } from './fixtures/members.js';

export interface MixedRun {
  readonly runtime: IsolateOptions['runtime'];
  readonly taskCount: number;
  readonly seed: number;
}

export interface MixedSummary {
  /** How many tasks went wrong once, by how. */
  readonly planned: Readonly<Record<string, number>>;
  /** Deliveries that failed, by how they were meant to. */
  readonly failed: Readonly<Record<string, number>>;
  /** Tasks that succeeded. */
  readonly doneCount: number;
  /** Tasks that succeeded more than once. */
  readonly repeatedCount: number;
  /** Messages that are left in the queue. */
  readonly leftCount: number;
  readonly wrongErrors: readonly string[];
}

const badActs = {
  thread: ['exit', 'uncaught', 'heap'],
  process: ['exit', 'uncaught', 'heap', 'crash'],
};

/** Tasks of which a tenth goes wrong in each way, in one pool of two; each is retried, and all must be done in the end. */
export async function mixedRun({ runtime, taskCount, seed }: MixedRun): Promise<MixedSummary> {
  const service = new MemoryQueueService({ clock: systemClock });
  const gateway = new MemoryGateway({ service });
  const queueUrl = await gateway.createQueue('jobs');
  const app = await startActor(gateway, runtime);
  const book = new Book(taskCount);
  app.get(SqsWorkers).on('task:settled', (settled) => book.note(settled));
  const acts = plan(badActs[runtime], taskCount, seededRandom(seed));
  await app.get(SqsProducer).sendMany({ queue: 'jobs', pattern: 'act' }, acts);
  await book.complete.next();
  await app.close();
  const left = await gateway.getQueueAttributes(queueUrl);
  return { ...book.summary(), planned: countsOf(acts.map(kindOf)), leftCount: leftIn(left) };
}

/** A worker on the queue `jobs` whose task `act` runs isolated. */
export async function startActor(gateway: MemoryGateway, runtime: IsolateOptions['runtime']) {
  const isolate = inFile(runtime, { size: 2, heapLimitMb: 64 });
  const onError = retry(constant(0));

  @Module({
    imports: [SqsModule.forRoot({ connection: { gateway }, queues: ['jobs'] })],
    controllers: [actor({ isolate, onError })],
  })
  class MixedModule {}
  const worker = sqsWorker({ queues: [{ name: 'jobs', concurrency: 4 }] });
  const app = await NestFactory.createMicroservice(MixedModule, { ...worker, logger: false });
  await app.listen();
  return app;
}

/** Which task goes wrong how: a tenth in each way, in an order that the seed decides. */
function plan(bad: readonly string[], taskCount: number, random: () => number): Act[] {
  const tenth = Math.floor(taskCount / 10);
  const acts = Array.from({ length: taskCount }, (_, n): Act => {
    const way = bad[Math.floor(n / tenth)];
    return way === undefined ? { act: 'echo', n } : { act: 'once', bad: way, n };
  });
  return acts
    .map((act) => ({ act, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ act }) => act);
}

function kindOf(act: Act): string {
  return (act['bad'] as string | undefined) ?? 'good';
}

/** What became of each task. */
class Book {
  readonly complete = signal();
  private readonly successes = new Map<unknown, number>();
  private readonly failures: string[] = [];
  private readonly wrongErrors: string[] = [];

  constructor(private readonly taskCount: number) {}

  note({ delivery, outcome }: WorkerEvents['task:settled']): void {
    const act = delivery.data as Act;
    if (outcome.kind === 'success') return this.succeeded(act['n']);
    this.failures.push(kindOf(act));
    const name = outcome.error instanceof Error ? outcome.error.name : String(outcome.error);
    if (name !== 'MemberCrashedError') this.wrongErrors.push(name);
  }

  summary() {
    const times = [...this.successes.values()];
    return {
      failed: countsOf(this.failures),
      doneCount: times.length,
      repeatedCount: times.filter((count) => count > 1).length,
      wrongErrors: this.wrongErrors,
    };
  }

  private succeeded(n: unknown): void {
    this.successes.set(n, (this.successes.get(n) ?? 0) + 1);
    if (this.successes.size === this.taskCount) this.complete.fire();
  }
}

function countsOf(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds.toSorted()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function leftIn(attributes: Record<string, string>): number {
  return ['', 'NotVisible', 'Delayed']
    .map((kind) => Number(attributes[`ApproximateNumberOfMessages${kind}`] ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
