import type { Clock } from '../contracts/clock.js';
import type { WorkerEvents } from '../contracts/events.js';
import type { HandlerLookup, HandlerMatch, TaskHandler } from '../contracts/handlers.js';
import type { SqsTaskInterceptor, TaskScope } from '../contracts/interceptors.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ConsumeOptions, ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { Outcome, TaskDelivery, TaskMessage } from '../contracts/task.js';
import { Background } from '../primitives/background.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { EventHub } from '../primitives/event-hub.js';
import type { QueueWorkerParts } from './assembly.js';
import { MessageStream, type MessageSource, type MessageStreamParts } from './message-stream.js';
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
  clock: Clock;
  logger: SqsLogger;
  /** Told of each delivery of a batch once it is settled. */
  onSettled?: (delivery: TaskDelivery, outcome: Outcome) => void;
}

export interface ProcessBatchOptions {
  /** Messages of the one receive. Range 1…10. @default 10 */
  maxMessages?: number;
  /** Seconds the receive waits for messages. Range 0…20. @default 0 */
  waitTimeSeconds?: number;
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
   * One receive; every message of it runs through its handler, is settled, and is told of.
   * @throws GatewayError where the receive fails
   */
  async processBatch(
    queue: QueueHandle,
    { maxMessages = SQS_LIMITS.batchEntries, waitTimeSeconds = 0 }: ProcessBatchOptions = {},
  ): Promise<ProcessedBatch> {
    // In place retries would make a batch last as long as their delays.
    const consume = resolveConsumeOptions({
      concurrency: SQS_LIMITS.batchEntries,
      fifoFailure: 'release',
    });
    const events = this.events(consume);
    const worker = this.worker(queue, { consume, handlers: this.parts.handlers, events });
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
   * Messages for a loop of one's own; each is settled by its own `ack()` or `retry()`.
   * @param queue or what finds it, once the loop begins
   * @param begun told when it does
   */
  messages(
    queue: QueueHandle | (() => Promise<QueueHandle>),
    options: ConsumeOptions = {},
    begun?: MessageStreamParts['begun'],
  ): MessageStream {
    const find = typeof queue === 'function' ? queue : async () => queue;
    const stream: MessageStream = new MessageStream({
      clock: this.parts.clock,
      logger: this.parts.logger,
      open: async () => this.source(await find(), stream.handler, options),
      ...(begun && { begun }),
    });
    return stream;
  }

  private source(queue: QueueHandle, handler: TaskHandler, options: ConsumeOptions): MessageSource {
    const consume = resolveConsumeOptions(options);
    const handlers = onlyHandler({ kind: 'task', handler });
    const worker = this.worker(queue, { consume, handlers, events: this.events(consume) });
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
      handlers: HandlerLookup;
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
      handlersOf: queue.name,
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
