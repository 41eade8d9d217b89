import {
  silentLogger,
  type BatchTaskHandler,
  type Clock,
  type Codec,
  type ConsumeOptions,
  type HandlerLookup,
  type HandlerMatch,
  type QueueGateway,
  type QueueHandle,
  type ReplyPort,
  type SqsLogger,
  type SqsTaskInterceptor,
  type StopPolicy,
  type TaskDelivery,
  type TaskHandler,
  type TaskHandlerOptions,
} from '../../lib/contracts/index.js';
import { resolveConsumeOptions } from '../../lib/consumer/options/resolve-worker-options.js';
import { never } from '../../lib/consumer/stopping/index.js';
import { Worker } from '../../lib/consumer/worker.js';
import { systemClock } from '../../lib/primitives/system-clock.js';
import { UndecodableMessageError } from '../../lib/contracts/index.js';

export type Handle = (data: unknown, delivery: TaskDelivery) => unknown;

export interface WorkerUnderTest {
  gateway: QueueGateway;
  queueUrl: string;
  /** Default `jobs`, or `jobs.fifo` by its URL. */
  name?: string;
  handlers?: Record<string, Handle | TaskHandler>;
  raw?: Handle;
  batch?: Record<string, BatchTaskHandler>;
  consume?: ConsumeOptions;
  /** In the place of `handlers`, `raw` and `batch`. */
  lookup?: HandlerLookup;
  handle?: Partial<QueueHandle>;
  interceptors?: readonly SqsTaskInterceptor[];
  replies?: ReplyPort;
  stopWhen?: StopPolicy;
  drainTimeoutMs?: number;
  /** Further queues, consumed in the same way. */
  also?: readonly { name: string; queueUrl: string }[];
  /** These queues, found already, instead of all others. */
  handles?: readonly QueueHandle[];
  clock?: Clock;
  logger?: SqsLogger;
}

/** A worker of the engine alone, without Nest, on one queue. Bodies are `{ "pattern", "data" }`. */
export function workerOn(options: WorkerUnderTest): Worker {
  const others = (options.also ?? []).map((own) => handleOf({ ...options, ...own }));
  const consume = resolveConsumeOptions(options.consume ?? {});
  return new Worker({
    queues: (options.handles ?? [handleOf(options), ...others]).map((queue) => ({
      queue,
      name: queue.name,
      handlersOf: queue.name,
      consume,
    })),
    handlers: options.lookup ?? lookupOf(options),
    interceptors: options.interceptors ?? [],
    ...(options.replies === undefined ? {} : { replies: options.replies }),
    stopWhen: options.stopWhen ?? never(),
    drainTimeoutMs: options.drainTimeoutMs ?? 20_000,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
  });
}

export function bodyOf(pattern: string, data: unknown = null): string {
  return JSON.stringify({ pattern, data });
}

export function handleOf(options: WorkerUnderTest): QueueHandle {
  const isFifo = options.queueUrl.endsWith('.fifo');
  return {
    name: options.name ?? (isFifo ? 'jobs.fifo' : 'jobs'),
    url: options.queueUrl,
    isFifo,
    gateway: options.gateway,
    format: testFormat,
    codecs: () => jsonCodec,
    contentBasedDeduplication: undefined,
    visibilityTimeoutSeconds: 30,
    deadLetter: undefined,
    ...options.handle,
  };
}

export function handlerOf(run: Handle, options: TaskHandlerOptions = {}): TaskHandler {
  return {
    name: 'Test.handler',
    options,
    run: async (delivery) => run(delivery.data, delivery),
  };
}

const jsonCodec: Codec = {
  name: 'json',
  encode: (value) => JSON.stringify(value),
  decode: (text): unknown => JSON.parse(text),
};

const testFormat: QueueHandle['format'] = {
  name: 'test',
  encode: (packet) => ({ body: JSON.stringify(packet) }),
  decode({ body }) {
    try {
      const packet = JSON.parse(body) as { pattern: string; data: unknown; expiresAt?: number };
      if (typeof packet.pattern !== 'string') throw new Error('no pattern');
      return packet;
    } catch (cause) {
      throw new UndecodableMessageError({ problem: 'not a test body', cause });
    }
  },
};

function lookupOf({ handlers = {}, raw, batch = {} }: WorkerUnderTest): HandlerLookup {
  const matches = new Map<string, HandlerMatch>();
  for (const [pattern, handler] of Object.entries(handlers)) {
    matches.set(pattern, { kind: 'task', handler: asHandler(handler) });
  }
  for (const [pattern, handler] of Object.entries(batch)) {
    matches.set(pattern, { kind: 'batch', handler });
  }
  return {
    find: (_queue, pattern) => matches.get(pattern),
    findRaw: () => (raw === undefined ? undefined : handlerOf(raw)),
    patternsOf: () => [...matches.keys()],
    maxBatchSizeOf: () => Math.max(0, ...Object.values(batch).map((one) => one.options.maxSize)),
  };
}

function asHandler(handler: Handle | TaskHandler): TaskHandler {
  return typeof handler === 'function' ? handlerOf(handler) : handler;
}
