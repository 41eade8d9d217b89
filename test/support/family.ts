import { levelName, type QueueHandle, type ReceiveRequest } from '../../lib/contracts/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import { memorySetup, type MemorySetup } from './memory.js';
import { bodyOf, handleOf, type WorkerUnderTest } from './worker.js';

export interface FamilySetupOptions {
  /** @default 'jobs' */
  queue?: string;
  /** @default 2 */
  priorities?: number;
  attributes?: Record<string, string>;
  /** Receives that may be open at once. @default any number */
  maxOpenReceives?: number;
}

/** A queue with priorities in a memory service on a manual clock. */
export async function familySetup(options: FamilySetupOptions = {}) {
  const { queue = 'jobs', priorities = 2, attributes = {}, maxOpenReceives } = options;
  const setup = await memorySetup({ queue, attributes });
  if (maxOpenReceives !== undefined) Object.assign(setup.gateway, { maxOpenReceives });
  const family = await makeFamily(setup, queue, priorities, attributes);
  const polls: string[] = [];
  setup.service.beforeCall = (operation, url, request) => {
    if (operation === 'ReceiveMessage') polls.push(pollOf(url, request as ReceiveRequest));
  };
  return {
    ...setup,
    family,
    /** Every receive so far: its queue and how long it waits, such as `jobs--p1 0s`. */
    polls,
    /** Handlers get the data `{level}:{number}`. */
    async fill(level: number, count: number, groups = count): Promise<void> {
      await fillLevel(setup, levelName(queue, level), { level, count, groups });
    },
    worker(own: Omit<WorkerUnderTest, 'gateway' | 'queueUrl'>): Worker {
      return setup.worker({ ...own, handle: family });
    },
    sleep: (ms: number) => new Promise<void>((resolve) => void setup.clock.setTimer(resolve, ms)),
    left(): number {
      const names = family.levels?.map(({ name }) => name) ?? [];
      return names.reduce((sum, name) => sum + total(setup, name), 0);
    },
  };
}

export type FamilySetup = Awaited<ReturnType<typeof familySetup>>;

export async function makeFamily(
  { gateway }: Pick<MemorySetup, 'gateway'>,
  name: string,
  priorities: number,
  attributes: Record<string, string> = {},
): Promise<QueueHandle> {
  const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  const levels: QueueHandle[] = [];
  for (let level = 0; level < priorities; level++) {
    const own = levelName(name, level);
    const queueUrl = await gateway.createQueue(own, { attributes: { ...fifo, ...attributes } });
    levels.push(handleOf({ gateway, queueUrl, name: own }));
  }
  const [lowest] = levels;
  if (lowest === undefined) throw new Error('no levels');
  return Object.assign(lowest, { levels });
}

async function fillLevel(
  { gateway }: MemorySetup,
  name: string,
  { level, count, groups }: { level: number; count: number; groups: number },
): Promise<void> {
  const url = await gateway.getQueueUrl(name);
  const isFifo = name.endsWith('.fifo');
  for (let i = 0; i < count; i += 10) {
    const entries = Array.from({ length: Math.min(10, count - i) }, (_, j) => ({
      body: bodyOf('job', `${level}:${i + j}`),
      ...(isFifo && { groupId: `g${(i + j) % groups}`, deduplicationId: `d${level}-${i + j}` }),
    }));
    await gateway.sendBatch(url, entries);
  }
}

function pollOf(url: string, { waitTimeSeconds }: ReceiveRequest): string {
  return `${url.slice(url.lastIndexOf('/') + 1)} ${waitTimeSeconds}s`;
}

function total({ service }: MemorySetup, name: string): number {
  const { visible, inflight, delayed } = service.stats(name);
  return visible + inflight + delayed;
}
