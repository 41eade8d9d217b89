import { SqsDeadLetters, SqsQueues } from '../../../lib/index.js';
import type { QueueGateway, SqsModuleOptions } from '../../../lib/index.js';
import type { ManualClock } from '../../../lib/primitives/manual-clock.js';
import type { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { memoryApp, type MemoryApp } from './memory-app.js';

export interface OperationsApp extends MemoryApp {
  readonly queues: SqsQueues;
  readonly deadLetters: SqsDeadLetters;
}

/** A web app on a memory service that has no queues yet, and what it injects for operating. */
export async function operationsApp(module: SqsModuleOptions = {}): Promise<OperationsApp> {
  const app = await memoryApp({ kind: 'web', queues: [], module });
  return { ...app, queues: app.app.get(SqsQueues), deadLetters: app.app.get(SqsDeadLetters) };
}

/** Lets time pass until the work has ended. */
export async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const end = (): void => void (state.isDone = true);
  work.then(end, end);
  for (let turn = 0; !state.isDone; turn++) {
    if (turn > 100_000) throw new Error('the work does not end');
    await clock.advance(clock.nextTimerInMs ?? 0);
  }
  return work;
}

/** Sends plain bodies, ten a request; on FIFO each with an id of its own. */
export async function fill(
  app: { readonly gateway: QueueGateway },
  queue: string,
  bodies: readonly string[],
  groupOf?: (index: number) => string,
): Promise<void> {
  const url = await app.gateway.getQueueUrl(queue);
  for (let from = 0; from < bodies.length; from += 10) {
    const entries = bodies.slice(from, from + 10).map((body, i) => ({
      body,
      ...(groupOf && { groupId: groupOf(from + i), deduplicationId: `d${from + i}` }),
    }));
    const results = await app.gateway.sendBatch(url, entries);
    if (results.some(({ ok }) => !ok)) throw new Error('not sent');
  }
}

/** Receives everything so often that it is dead-lettered. */
export async function deadLetterAll(
  app: Pick<OperationsApp, 'gateway' | 'service'>,
  queue: string,
): Promise<void> {
  const url = await app.gateway.getQueueUrl(queue);
  while (app.service.messages(queue).length > 0) {
    const got = await app.gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    const entries = got.map(({ receiptHandle }) => ({
      receiptHandle,
      visibilityTimeoutSeconds: 0,
    }));
    await app.gateway.changeVisibilityBatch(url, entries);
  }
}

export function bodiesIn(service: MemoryQueueService, queue: string): string[] {
  return service.messages(queue).map(({ body }) => body);
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `m${i}`);
}
