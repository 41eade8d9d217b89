import type {
  HandlerLookup,
  WorkerControl,
  WorkerQueueSetup,
  WorkerSetup,
} from '../contracts/index.js';
import { defaultParts } from '../nest/adapters/default-parts.js';
import type { SqsModuleOptions } from '../nest/module/sqs-module.options.js';
import { NestSqsLogger } from '../nest/nest-logger.js';
import type {
  OpenQueues,
  OpenQueuesSetup,
  RuntimeParts,
  TaskProducer,
} from '../nest/runtime-parts.js';
import { MutableLogger } from './mutable-logger.js';
import type { TestBench } from './test-bench.js';
import { TestQueues } from './test-queues.js';
import { laidOver } from './testing-options.js';

/** What the runtime of an app under test is built from: the real engine, on queues in memory. */
export function testingParts(bench: TestBench, options: SqsModuleOptions): RuntimeParts {
  const { clock } = bench.time;
  return {
    ...defaultParts,
    clock,
    innerSendInterceptors: [bench.inline.interceptor],
    adaptOptions: (given = {}) => inMemory(bench, laidOver(given, options), options),
    createLogger: (context) =>
      new MutableLogger(new NestSqsLogger({ context }), () => bench.isSilent),
    openQueues: (setup) => openQueues(bench, setup),
    createProducer: (setup) => pumpedProducer(bench, defaultParts.createProducer(setup)),
    createWorker: (setup) => createWorker(bench, setup),
  };
}

/** The same connections by name, all of them in memory. */
function inMemory(
  bench: TestBench,
  { connection: _one, connections = {}, ...others }: SqsModuleOptions,
  test: SqsModuleOptions,
): SqsModuleOptions {
  const names = new Set(['default', ...Object.keys(connections)]);
  const entries = [...names].map((name) => [name, { gateway: bench.gateway(name) }] as const);
  // Queues that an app waits for, or misses, are nowhere else: only the test can mean it.
  const onMissingQueue = test.onMissingQueue ?? 'create';
  return { ...others, connections: Object.fromEntries(entries), onMissingQueue };
}

async function openQueues(bench: TestBench, setup: OpenQueuesSetup): Promise<OpenQueues> {
  const { queuePrefix = '', onMissingQueue } = setup.options;
  const inner = await defaultParts.openQueues(setup);
  return new TestQueues({
    inner,
    nameOf: (queue) => defaultParts.nameOf(queue, queuePrefix),
    create: onMissingQueue === 'error' ? undefined : (name) => create(bench, queuePrefix + name),
    onFound: (handle) => bench.found(handle),
  });
}

async function create(bench: TestBench, name: string): Promise<void> {
  const attributes: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await bench.gateway('default').createQueue(name, { attributes });
}

function createWorker(bench: TestBench, setup: WorkerSetup): WorkerControl {
  const interceptors = [bench.handled.probe, ...setup.interceptors];
  const worker = defaultParts.createWorker({ ...setup, interceptors });
  bench.watch(worker, Math.max(0, ...setup.queues.map((one) => lingerMsOf(setup.handlers, one))));
  worker.on('task:settled', ({ delivery, outcome }) => bench.handled.end(delivery, outcome));
  const [drain, abort] = [worker.drain.bind(worker), worker.abort.bind(worker)];
  worker.drain = (options) => bench.time.until(drain(options));
  worker.abort = () => bench.time.until(abort());
  return worker;
}

/** Closing and flushing do not wait for somebody to move the clock. */
function pumpedProducer(bench: TestBench, producer: TaskProducer): TaskProducer {
  const close = producer.close.bind(producer);
  producer.close = () => bench.time.untilSent(close());
  return producer;
}

/** How long settlements and batches of a queue may gather. */
function lingerMsOf(handlers: HandlerLookup, { handlersOf, consume }: WorkerQueueSetup): number {
  const waits = handlers.patternsOf(handlersOf).map((pattern) => {
    const match = handlers.find(handlersOf, pattern);
    return match?.kind === 'batch' ? match.handler.options.maxWaitMs : 0;
  });
  return Math.max(consume.settleLingerMs, ...waits);
}
