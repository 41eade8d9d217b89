import { QueueNotFoundError } from '../../../lib/contracts/index.js';
import type {
  QueueHandle,
  QueueOptions,
  QueueResourcesPort,
  ResolvedConsumeOptions,
  ResolvedWorkerOptions,
  SendOptions,
  WorkerOptions,
} from '../../../lib/contracts/index.js';
import type {
  OpenQueues,
  ProducerSetup,
  RuntimeParts,
  TaskProducer,
} from '../../../lib/nest/runtime-parts.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { FakeEngine } from './fake-engine.js';

export interface Sent {
  queue: string;
  pattern?: string;
  data?: unknown;
  body?: string;
  options?: SendOptions | undefined;
}

export interface FakeParts extends RuntimeParts {
  readonly engines: FakeEngine[];
  readonly sent: Sent[];
  /** What happened in which order: opening, provisioning, closing. */
  readonly calls: string[];
  readonly registered: QueueOptions[];
  readonly producers: ProducerSetup[];
  readonly engine: FakeEngine;
}

/** The parts of a runtime without a network: `missing` queues are not found, `waiting` ones never come. */
export function fakeParts(
  facts: { missing?: readonly string[]; waiting?: readonly string[] } = {},
): FakeParts {
  const log: Pick<FakeParts, 'engines' | 'sent' | 'calls' | 'registered' | 'producers'> = {
    engines: [],
    sent: [],
    calls: [],
    registered: [],
    producers: [],
  };
  return {
    ...log,
    clock: new ManualClock(),
    get engine() {
      const [engine] = log.engines;
      if (engine === undefined) throw new Error('no worker was created');
      return engine;
    },
    validate: () => void log.calls.push('validate'),
    openQueues: async () => {
      log.calls.push('open');
      return fakeQueues(log, facts);
    },
    createProducer: (setup) => {
      log.producers.push(setup);
      return fakeProducer(log);
    },
    createWorker: (setup) => {
      const engine = new FakeEngine(setup);
      log.engines.push(engine);
      return engine;
    },
    resolveWorker: resolve,
    nameOf: (queue) => queue,
  };
}

function fakeQueues(
  log: Pick<FakeParts, 'calls' | 'registered'>,
  facts: { missing?: readonly string[]; waiting?: readonly string[] },
): OpenQueues {
  const find = async (queue: string): Promise<QueueHandle> => {
    if (facts.missing?.includes(queue) === true) throw new QueueNotFoundError({ queue });
    return fakeHandle(queue);
  };
  return {
    find,
    register: (queue) => void log.registered.push(queue),
    async provision() {
      log.calls.push('provision');
      for (const { name } of log.registered) await find(name);
    },
    await: (queue) =>
      facts.waiting?.includes(queue) === true
        ? { handle: new Promise(() => {}), mayStartWithout: true }
        : { handle: find(queue), mayStartWithout: false },
    resources: {} as QueueResourcesPort,
    connections: [],
    close: async () => void log.calls.push('close queues'),
  };
}

function fakeHandle(name: string): QueueHandle {
  const gateway = {
    getQueueAttributes: async () => ({ ApproximateNumberOfMessages: '7', VisibilityTimeout: '60' }),
    purgeQueue: async () => {},
  };
  return {
    name,
    url: `https://sqs.test/1/${name}`,
    isFifo: false,
    gateway,
  } as unknown as QueueHandle;
}

function fakeProducer(log: Pick<FakeParts, 'sent' | 'calls'>): TaskProducer {
  let isClosed = false;
  const accept = (sent: Sent) => {
    if (isClosed) throw new Error('the producer is closed');
    log.sent.push(sent);
    return { messageId: `m-${log.sent.length}`, queue: sent.queue };
  };
  return {
    send: async ({ queue, pattern }, data, options) => accept({ queue, pattern, data, options }),
    request: async ({ queue, pattern }, data, _reply, options) =>
      accept({ queue, pattern, data, options }),
    sendMany: async ({ queue, pattern }, data) =>
      data.map((one) => accept({ queue, pattern, data: one })),
    batch: async () => [],
    bake: () => {
      throw new Error('not faked');
    },
    sendRaw: async (queue, body) => accept({ queue, body }),
    flush: async () => void log.calls.push('flush'),
    giveUp: async () => void log.calls.push('give up'),
    close: async () => {
      isClosed = true;
      log.calls.push('close producer');
    },
  };
}

function resolve(options: WorkerOptions): ResolvedWorkerOptions {
  const defaults = {} as ResolvedConsumeOptions;
  const queues = options.queues?.map((queue) => {
    const own = typeof queue === 'string' ? { name: queue } : queue;
    const { name, handlersOf = name } = own;
    // The test stands for the handlers too.
    return { name, handlersOf, takesUnknownTasks: true, consume: defaults };
  });
  const stopWhen = options.stopWhen ?? { start: () => ({ shouldStop: () => false }) };
  const { drainTimeoutMs = 20_000, closeTimeoutMs = 15_000 } = options;
  return { queues, defaults, drainTimeoutMs, closeTimeoutMs, stopWhen };
}
