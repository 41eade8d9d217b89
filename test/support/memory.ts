import type {
  DeadLetterHandle,
  QueueHandle,
  WorkerEventName,
  WorkerEvents,
} from '../../lib/contracts/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import {
  MemoryQueueService,
  type ExpiredHandles,
} from '../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from './recording-logger.js';
import { bodyOf, workerOn, type WorkerUnderTest } from './worker.js';

export interface MemorySetupOptions {
  /** Ends in `.fifo` for a FIFO queue. @default 'jobs' */
  queue?: string;
  attributes?: Record<string, string>;
  /** Makes a dead-letter queue with this maxReceiveCount. */
  maxReceiveCount?: number;
  /** @default 'refuse' */
  expiredHandles?: ExpiredHandles;
}

/** A memory service on a manual clock with one queue, and what specs do with it. */
export async function memorySetup(options: MemorySetupOptions = {}) {
  const { queue: name = 'jobs', attributes = {}, maxReceiveCount, expiredHandles } = options;
  const isFifo = name.endsWith('.fifo');
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock, ...(expiredHandles && { expiredHandles }) });
  const gateway = new MemoryGateway({ service });
  const logger = new RecordingLogger();
  const fifo: Record<string, string> = isFifo ? { FifoQueue: 'true' } : {};
  const deadName = isFifo ? 'dead.fifo' : 'dead';
  const deadUrl = await gateway.createQueue(deadName, { attributes: fifo });
  const redrive = maxReceiveCount === undefined ? {} : await redriveTo(deadUrl, maxReceiveCount);
  const queueUrl = await gateway.createQueue(name, {
    attributes: { ...fifo, ...redrive, ...attributes },
  });
  const deadLetter: DeadLetterHandle | undefined =
    maxReceiveCount === undefined
      ? undefined
      : { name: deadName, url: deadUrl, gateway, isFifo, maxReceiveCount };
  const visibility = Number(attributes['VisibilityTimeout'] ?? 30);
  const handle: Partial<QueueHandle> = { name, deadLetter, visibilityTimeoutSeconds: visibility };

  async function redriveTo(url: string, count: number): Promise<Record<string, string>> {
    const { QueueArn } = await gateway.getQueueAttributes(url);
    return {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: count }),
    };
  }

  let sent = 0;
  return {
    clock,
    service,
    gateway,
    logger,
    queueUrl,
    deadUrl,
    /** Sends one task; on FIFO with a group and an id of its own. */
    async send(pattern: string, data: unknown = null, groupId = 'g'): Promise<string> {
      return this.sendBody(bodyOf(pattern, data), groupId);
    },
    async sendBody(body: string, groupId = 'g'): Promise<string> {
      const ids = isFifo ? { groupId, deduplicationId: `d${sent++}` } : {};
      const [result] = await gateway.sendBatch(queueUrl, [{ body, ...ids }]);
      if (!result?.ok) throw new Error('not sent');
      return result.value.messageId;
    },
    worker(own: Omit<WorkerUnderTest, 'gateway' | 'queueUrl'>): Worker {
      return workerOn({
        gateway,
        queueUrl,
        clock,
        logger,
        ...own,
        handle: { ...handle, ...own.handle },
      });
    },
    /** Messages of a queue by state. */
    counts(queue = name): { visible: number; inFlight: number; delayed: number } {
      const { visible, inflight: inFlight, delayed } = service.stats(queue);
      return { visible, inFlight, delayed };
    },
    dead: deadName,
    name,
  };
}

export type MemorySetup = Awaited<ReturnType<typeof memorySetup>>;

/** Collects every event of one kind. */
export function collect<E extends WorkerEventName>(worker: Worker, event: E): WorkerEvents[E][] {
  const seen: WorkerEvents[E][] = [];
  worker.on(event, (facts) => void seen.push(facts));
  return seen;
}

/** Ends a worker on the manual clock; fails where it leaves a timer behind. */
export async function drained(setup: MemorySetup, worker: Worker): Promise<void> {
  const drain = worker.drain();
  await setup.clock.advance(25_000);
  await drain;
  expect(setup.clock.pendingTimers).toBe(0);
}
