import type { Clock } from '../contracts/clock.js';
import type { WorkerEvents } from '../contracts/events.js';
import type { HandlerLookup, HandlerMatch, TaskHandler } from '../contracts/handlers.js';
import type { SqsTaskInterceptor, TaskScope } from '../contracts/interceptors.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ConsumeOptions, ResolvedConsumeOptions } from '../contracts/options/index.js';
import { given } from '../contracts/options/given.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { ReplyPort } from '../contracts/replies.js';
import type { Outcome, TaskDelivery, TaskMessage } from '../contracts/task.js';
import { Background } from '../primitives/background.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { EventHub } from '../primitives/event-hub.js';
import type { QueueWorkerParts } from './assembly.js';
import { MessageStream, type MessageSource, type MessageStreamParts } from './message-stream.js';
import {
  checkProcessBatchOptions,
  PROCESS_BATCH_DEFAULTS,
  type ProcessBatchOptions,
} from './options/process-batch-options.js';
import { resolveConsumeOptions } from './options/resolve-worker-options.js';
import { PollBudget } from './polling/poll-budget.js';
import { FamilyWorker } from './priorities/family-worker.js';
import type { QueueEngine } from './queue-engine.js';
import { QueueWorker } from './queue-worker.js';
import type { StartGate } from './start-gate.js';
import { logTaskEvents } from './task-log.js';

export interface ConsumerParts {
  handlers: HandlerLookup;
  interceptors: readonly SqsTaskInterceptor[];
  taskScope?: TaskScope | undefined;
  /** Answers requests that `processBatch()` runs. @default none is answered */
  replies?: ReplyPort | undefined;
  clock: Clock;
  logger: SqsLogger;
  /** Told of each delivery of a batch once it is settled. */
  onSettled?: (delivery: TaskDelivery, outcome: Outcome) => void;
}

export type { ProcessBatchOptions };

/** How a queue is consumed by the app's worker. */
export interface Consumption {
  /** Handlers are looked up under this name. @default the queue's own */
  handlersOf?: string;
  /** @default the defaults of a worker */
  consume?: ResolvedConsumeOptions | undefined;
}

/** How a loop of one's own begins. */
export interface LoopSetup {
  /** The options of the worker that consumes the same queue, asked for when the loop begins. */
  readonly workers?: () => ResolvedConsumeOptions | undefined;
  /** Told when it does. */
  readonly begun?: MessageStreamParts['begun'];
}

export interface ProcessedBatch {
  readonly succeeded: readonly TaskMessage[];
  readonly failed: readonly FailedMessage[];
}

export interface FailedMessage {
  readonly message: TaskMessage;
  /** What was thrown; undefined where nothing was, such as for an expired request. */
  readonly error: unknown;
  readonly outcome: Outcome;
}

/** Consuming without a worker: one receive at a time, or a loop of one's own. */
export class Consumer {
  private readonly parts: ConsumerParts;

  constructor(parts: ConsumerParts) {
    this.parts = { ...parts, logger: containedLogger(parts.logger) };
  }

  /**
   * One receive; every message of it runs through its handler as the worker's options say, is settled, and is told of. On
   * FIFO queues `fifoFailure: 'hold'` acts as `'release'`: retries in place would make a batch last as long as their delays.
   * @throws InvalidOptionsError; GatewayError where the receive fails
   */
  async processBatch(
    queue: QueueHandle,
    options: ProcessBatchOptions = {},
    { handlersOf = queue.name, consume = resolveConsumeOptions() }: Consumption = {},
  ): Promise<ProcessedBatch> {
    checkProcessBatchOptions(options);
    const {
      maxMessages,
      waitTimeSeconds,
      visibilityTimeoutSeconds = consume.visibilityTimeoutSeconds,
    } = { ...PROCESS_BATCH_DEFAULTS, ...given(options) };
    const fifoFailure = consume.fifoFailure === 'hold' ? 'release' : consume.fifoFailure;
    const { handlers, replies } = this.parts;
    const events = this.events(consume);
    const worker = this.worker(queue, {
      consume: { ...consume, fifoFailure, visibilityTimeoutSeconds },
      handlersOf,
      handlers,
      replies,
      events,
    });
    const succeeded: TaskMessage[] = [];
    const failed: FailedMessage[] = [];
    events.on('task:settled', ({ delivery, outcome }) => {
      const { message } = delivery;
      this.parts.onSettled?.(delivery, outcome);
      if (outcome.kind === 'success') succeeded.push(message);
      else failed.push({ message, outcome, error: 'error' in outcome ? outcome.error : undefined });
    });
    await worker.processOnce({ maxMessages, waitTimeSeconds });
    return { succeeded, failed };
  }

  /**
   * Messages for a loop of one's own, taken as the options say, and where these are silent as the worker's; each is settled by
   * its own `ack()` or `retry()`.
   * @param queue or what finds it, once the loop begins
   */
  messages(
    queue: QueueHandle | (() => Promise<QueueHandle>),
    options: ConsumeOptions = {},
    { workers = () => undefined, begun }: LoopSetup = {},
  ): MessageStream {
    const find = typeof queue === 'function' ? queue : async () => queue;
    const stream: MessageStream = new MessageStream({
      clock: this.parts.clock,
      logger: this.parts.logger,
      open: async () => {
        const handle = await find();
        return this.source(handle, stream.handler, loopOptions(options, workers()));
      },
      ...(begun && { begun }),
    });
    return stream;
  }

  private source(
    queue: QueueHandle,
    handler: TaskHandler,
    consume: ResolvedConsumeOptions,
  ): MessageSource {
    const handlers = onlyHandler({ kind: 'task', handler });
    const events = this.events(consume);
    const worker = this.worker(queue, { consume, handlersOf: queue.name, handlers, events });
    return {
      maxUnsettled: consume.concurrency,
      start: () => worker.start(),
      setConcurrency: (concurrency) => worker.setConcurrency(concurrency),
      end: async (patienceMs) => {
        worker.beginDrain();
        await worker.finishDrain(this.parts.clock.now() + patienceMs, false);
      },
    };
  }

  private events({ logTasks }: ResolvedConsumeOptions): EventHub<WorkerEvents> {
    const { logger } = this.parts;
    const events = new EventHub<WorkerEvents>((event, error) =>
      logger.error(`A listener of "${event}" failed`, {}, error),
    );
    logTaskEvents(events, { logger, logTasksOf: () => logTasks });
    return events;
  }

  private worker(
    queue: QueueHandle,
    own: {
      consume: ResolvedConsumeOptions;
      handlersOf: string;
      handlers: HandlerLookup;
      replies?: ReplyPort | undefined;
      events: EventHub<WorkerEvents>;
    },
  ): QueueEngine {
    const { interceptors, taskScope, clock, logger } = this.parts;
    const background = new Background((error) =>
      logger.error('Something in the consumer failed that should not', {}, error),
    );
    const parts: QueueWorkerParts = {
      ...own,
      queue,
      interceptors,
      taskScope,
      drainTimeoutMs: 0,
      gate: alwaysOpen,
      budget: new PollBudget(queue.gateway.maxOpenReceives),
      background,
      clock,
      logger,
      onFatal: (error) => logger.error('A task chose to crash', { queue: queue.name }, error),
    };
    return queue.levels === undefined ? new QueueWorker(parts) : new FamilyWorker(parts);
  }
}

/** A loop says itself when a message is done, so it has no use for `ack: 'manual'`. */
function loopOptions(
  options: ConsumeOptions,
  workers: ResolvedConsumeOptions | undefined,
): ResolvedConsumeOptions {
  const { prefetch, ...others } = workers ?? {};
  // What the worker prefetches follows its own concurrency.
  const base = options.concurrency === undefined ? { ...others, prefetch } : others;
  const consume = resolveConsumeOptions(options, base);
  return { ...consume, ack: consume.ack === 'manual' ? 'after' : consume.ack };
}

const alwaysOpen: StartGate = {
  startsLeft: () => Infinity,
  started() {},
  ended() {},
  answered() {},
};

function onlyHandler(match: HandlerMatch): HandlerLookup {
  return {
    find: () => match,
    findRaw: () => undefined,
    patternsOf: () => [],
    maxBatchSizeOf: () => 0,
  };
}
