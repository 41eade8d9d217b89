import { silentLogger, type Clock, type QueueHandle } from '../../../lib/contracts/index.js';
import { systemClock } from '../../../lib/primitives/system-clock.js';
import { Producer } from '../../../lib/producer/index.js';
import { createCodecLookup, nativeFormat } from '../../../lib/serialization/index.js';
import { startEmbedded, type EmbeddedService } from '../../support/embedded.js';
import {
  failEntries,
  dropEntries,
  FaultProxy,
  lostResponse,
  reset,
  serverError,
  throttle,
} from '../../support/fault-proxy.js';
import { gatewayTo } from '../../support/faulty-queue.js';
import { seededRandom } from '../../support/signals.js';

export interface SendLoopOptions {
  taskCount: number;
  /** Decides which requests and entries fail, and how many sends are made at once. */
  seed: number;
  isFifo?: boolean;
  strictOrder?: boolean;
}

export interface SendLoopSummary {
  /** Ids whose sends resolved, in the order of their `send()` calls. */
  resolved: SentTask[];
  rejected: RejectedTask[];
  /** In the order of the queue, one line for each message. */
  arrived: SentTask[];
  /** How often each fault was met. */
  faults: Record<string, number>;
  requestCount: number;
}

export interface SentTask {
  id: string;
  /** Its place in the order of `send()` calls. */
  place: number;
  group: string;
}

export interface RejectedTask extends SentTask {
  error: unknown;
}

/** Tasks are sent in waves through a service that fails in every way; then all that has arrived is read past the faults. */
export async function sendLoop(options: SendLoopOptions): Promise<SendLoopSummary> {
  const service = await startEmbedded();
  const proxy = await FaultProxy.start({ target: service.endpoint, seed: options.seed });
  // One attempt: each fault reaches the producer, and no retry of the SDK's hides it.
  const gateway = gatewayTo(proxy.url, { attempts: 1 });
  try {
    const name = options.isFifo === true ? 'jobs.fifo' : 'jobs';
    const url = await service.gateway.createQueue(name, { attributes: attributesOf(options) });
    const queue = { ...UNKNOWN, name, url, gateway, isFifo: options.isFifo === true };
    const faults = misbehave(proxy, seededRandom(options.seed + 1));
    const sent = await sendAllTasks(options, producerOn(queue, options));
    const arrived = await readAll(service, url);
    const requestCount = proxy.count('SendMessageBatch');
    return { ...sent, arrived, faults: faults(), requestCount };
  } finally {
    await gateway.close();
    await proxy.close();
    await service.close();
  }
}

function attributesOf({ isFifo }: SendLoopOptions): Record<string, string> {
  return { VisibilityTimeout: '600', ...(isFifo === true && { FifoQueue: 'true' }) };
}

const UNKNOWN = {
  format: nativeFormat,
  codecs: createCodecLookup(),
  contentBasedDeduplication: false,
  visibilityTimeoutSeconds: 600,
  deadLetter: undefined,
};

/** Between them they meet about every third request. Answers how often each did. */
function misbehave(proxy: FaultProxy, random: () => number): () => Record<string, number> {
  const some = (share: number) => () => random() < share;
  const faults = {
    throttled: { probability: 0.05, fault: throttle() },
    'server error': { probability: 0.05, fault: serverError() },
    reset: { probability: 0.04, fault: reset() },
    'answer lost': { probability: 0.05, fault: lostResponse() },
    'entries failed': { probability: 0.06, fault: failEntries({ which: some(0.3) }) },
    'entries refused': {
      probability: 0.05,
      fault: failEntries({ which: some(0.2), senderFault: true, code: 'InvalidMessageContents' }),
    },
    'entries failed, yet done': {
      probability: 0.04,
      fault: failEntries({ which: some(0.3), isDone: true }),
    },
    'entries missing from the answer': { probability: 0.04, fault: dropEntries(some(0.3)) },
  };
  const operation = 'SendMessageBatch';
  const rules = Object.entries(faults).map(
    ([name, { probability, fault }]) =>
      [name, proxy.inject({ operation, probability, fault })] as const,
  );
  return () => Object.fromEntries(rules.map(([name, rule]) => [name, rule.hits]));
}

function producerOn(queue: QueueHandle, { strictOrder = false }: SendLoopOptions): Producer {
  return new Producer({
    queues: { find: async () => queue },
    interceptors: [],
    options: {
      maxRequestsInFlight: 16,
      maxBufferedMessages: 10_000,
      // Few, so that some sends are given up.
      sendTimeoutMs: 30_000,
      closeTimeoutMs: 5_000,
      maxAttempts: 3,
      codec: 'json',
      strictOrder,
    },
    clock: hurriedClock,
    logger: silentLogger,
  });
}

/** Pauses between attempts take a hundredth of their time. */
const hurriedClock: Clock = {
  ...systemClock,
  setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs / 100),
};

const SENDERS = 20;
const LARGEST_WAVE = 30;

type Sent = Pick<SendLoopSummary, 'resolved' | 'rejected'>;

/** Each sender has a group of its own, and makes its next wave of sends when the last has settled. */
async function sendAllTasks(options: SendLoopOptions, producer: Producer): Promise<Sent> {
  const random = seededRandom(options.seed + 2);
  const sent: Sent = { resolved: [], rejected: [] };
  let place = 0;
  const sender = async (_: unknown, number: number): Promise<void> => {
    while (place < options.taskCount) {
      const wave = Math.min(1 + Math.floor(random() * LARGEST_WAVE), options.taskCount - place);
      const tasks = Array.from({ length: wave }, () => taskAt(place++, `group-${number}`));
      await Promise.all(tasks.map((task) => sendOne(producer, task, options, sent)));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  await producer.close();
  return { resolved: sent.resolved.toSorted(byPlace), rejected: sent.rejected.toSorted(byPlace) };
}

function taskAt(place: number, group: string): SentTask {
  return { id: `task-${place}`, place, group };
}

async function sendOne(
  producer: Producer,
  task: SentTask,
  { isFifo }: SendLoopOptions,
  sent: Sent,
): Promise<void> {
  const target = { queue: 'jobs', pattern: 'job' };
  try {
    await producer.send(target, task, isFifo === true ? { groupId: task.group } : {});
    sent.resolved.push(task);
  } catch (error) {
    sent.rejected.push({ ...task, error });
  }
}

function byPlace(a: SentTask, b: SentTask): number {
  return a.place - b.place;
}

/** Takes and deletes until nothing is left: each group gives its messages in order. */
async function readAll({ gateway }: EmbeddedService, url: string): Promise<SentTask[]> {
  const tasks: SentTask[] = [];
  for (;;) {
    const messages = await gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    if (messages.length === 0) return tasks;
    tasks.push(...messages.map(({ body }) => (JSON.parse(body) as { data: SentTask }).data));
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    const failed = (await gateway.deleteBatch(url, handles)).filter(({ ok }) => !ok);
    if (failed.length > 0) throw new Error(`${failed.length} messages could not be deleted`);
  }
}
