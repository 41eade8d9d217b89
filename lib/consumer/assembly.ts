import type { Clock } from '../contracts/clock.js';
import type { WorkerEvents } from '../contracts/events.js';
import type { ReceivedMessage } from '../contracts/gateway.js';
import type { BatchTaskHandler, HandlerLookup } from '../contracts/handlers.js';
import type { SqsTaskInterceptor, TaskScope } from '../contracts/interceptors.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import { MIN_VISIBILITY_SECONDS } from '../contracts/options/defaults.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { ReplyPort } from '../contracts/replies.js';
import type { Background } from '../primitives/background.js';
import { errorText } from '../primitives/error-text.js';
import type { EventHub } from '../primitives/event-hub.js';
import { KeyedLanes } from '../primitives/keyed-lanes.js';
import { Classifier } from './classifier.js';
import type { Delivery } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { Executor } from './executor.js';
import { LastAttempt } from './last-attempt.js';
import { LeaseKeeper } from './lease-keeper.js';
import { BlockedGroups } from './ordering/blocked-groups.js';
import { FifoOrdering } from './ordering/fifo-ordering.js';
import type { Ordering } from './ordering/ordering.js';
import { StandardOrdering } from './ordering/standard-ordering.js';
import { Fetcher } from './polling/fetcher.js';
import { needsSomebody } from './polling/poll-backoff.js';
import type { PollBudget } from './polling/poll-budget.js';
import type { LevelSeat } from './priorities/level-seat.js';
import { Planner, type SinglePlan } from './planner.js';
import { ProcessedMemory } from './processed-memory.js';
import { exponential } from './retry/backoff.js';
import { Settlements } from './settlement.js';
import { Settler } from './settler.js';
import type { StartGate } from './start-gate.js';
import { Slots } from './slots.js';
import { StuckWatch } from './stuck-watch.js';

export interface QueueWorkerParts {
  queue: QueueHandle;
  /** Where it is one level of a queue with priorities. */
  seat?: LevelSeat | undefined;
  /** Handlers are looked up under this name. */
  handlersOf: string;
  consume: ResolvedConsumeOptions;
  handlers: HandlerLookup;
  interceptors: readonly SqsTaskInterceptor[];
  replies?: ReplyPort | undefined;
  taskScope?: TaskScope | undefined;
  drainTimeoutMs: number;
  gate: StartGate;
  budget: PollBudget;
  events: EventHub<WorkerEvents>;
  background: Background;
  clock: Clock;
  logger: SqsLogger;
  onFatal(error: unknown): void;
}

/** What the parts tell the worker that they belong to. */
export interface AssemblyHooks {
  /** `askedAt`: when the receive left, monotonic milliseconds. */
  accept(messages: ReceivedMessage[], askedAt: number): void;
  run(delivery: Delivery, plan: SinglePlan): Promise<void>;
  runBatch(deliveries: Delivery[], handler: BatchTaskHandler): Promise<void>;
  onSlotFree(): void;
  onChange(): void;
  onStuck(delivery: Delivery): void;
}

/** The parts of one queue's engine, wired. */
export interface Assembly {
  readonly visibilityTimeoutSeconds: number;
  readonly leases: LeaseKeeper;
  readonly settler: Settler;
  readonly settlements: Settlements;
  readonly ordering: Ordering;
  readonly executor: Executor;
  readonly dispatcher: Dispatcher;
  readonly fetcher: Fetcher;
  readonly stuckWatch: StuckWatch;
  readonly slots: Slots;
}

export function assemble(parts: QueueWorkerParts, hooks: AssemblyHooks): Assembly {
  const lanes = new KeyedLanes<Delivery>();
  const memory = new ProcessedMemory();
  const visibilityTimeoutSeconds = visibilityTimeoutOf(parts);
  const leases = leaseKeeper(parts, visibilityTimeoutSeconds);
  const settler = settlerOf(parts, hooks);
  const settlements = settlementsOf(parts, settler, leases, memory);
  const ordering = orderingOf(parts, lanes, settlements, hooks);
  const planner = plannerOf(parts, memory);
  const executor = executorOf(parts, settlements);
  const slots = parts.seat?.slots ?? new Slots(parts.consume.concurrency);
  const dispatcher = dispatcherOf(parts, { slots, lanes, ordering, planner, settler }, hooks);
  const fetcher = fetcherOf(parts, { demand: dispatcher, visibilityTimeoutSeconds }, hooks);
  const stuckWatch = new StuckWatch({
    stuckAfterMs: parts.consume.stuckAfterMs,
    clock: parts.clock,
    onStuck: (delivery) => hooks.onStuck(delivery),
  });
  return {
    visibilityTimeoutSeconds,
    leases,
    settler,
    settlements,
    ordering,
    executor,
    dispatcher,
    fetcher,
    stuckWatch,
    slots,
  };
}

/**
 * Sent with each receive, so that leases end when we think they do, whatever the queue was changed to meanwhile. SQS allows 0
 * as a queue's own: every lease would have ended when it began.
 */
function visibilityTimeoutOf({ consume, queue, logger }: QueueWorkerParts): number {
  if (consume.visibilityTimeoutSeconds !== undefined) return consume.visibilityTimeoutSeconds;
  const usedSeconds = SQS_LIMITS.defaultVisibilityTimeoutSeconds;
  const { name, visibilityTimeoutSeconds = usedSeconds } = queue;
  if (visibilityTimeoutSeconds >= MIN_VISIBILITY_SECONDS) return visibilityTimeoutSeconds;
  if (!warnedOfVisibility.has(queue)) {
    const facts = { queue: name, visibilityTimeoutSeconds, usedSeconds };
    logger.warn(`${tooShort}; messages are received with ${usedSeconds} s instead`, facts);
  }
  warnedOfVisibility.add(queue);
  return usedSeconds;
}

const tooShort = `The queue's attribute VisibilityTimeout is below ${MIN_VISIBILITY_SECONDS} s, too short for a lease to be renewed`;

/** Each is told of once, though every `processBatch()` makes an engine of its own. */
const warnedOfVisibility = new WeakSet<QueueHandle>();

/** Logical name of the queue, whatever the level. */
export function nameOf({ queue, seat }: QueueWorkerParts): string {
  return seat?.queue ?? queue.name;
}

function leaseKeeper(parts: QueueWorkerParts, visibilityTimeoutSeconds: number): LeaseKeeper {
  const { queue, clock, logger, background, events } = parts;
  const name = nameOf(parts);
  return new LeaseKeeper({
    gateway: queue.gateway,
    queueUrl: queue.url,
    visibilityTimeoutSeconds,
    clock,
    logger,
    background,
    onExtended: (count) => events.emit('lease:extended', { queue: name, count }),
  });
}

/** Milliseconds: the next of a group waits for the delete of the one before. */
const fifoDeleteLingerMs = 10;
/** Settlements that may always wait before nothing more is taken. */
const minSettlementsWaiting = 200;

function settlerOf(parts: QueueWorkerParts, hooks: AssemblyHooks): Settler {
  const { queue, clock, logger, background, events, consume } = parts;
  const name = nameOf(parts);
  return new Settler({
    gateway: queue.gateway,
    queueUrl: queue.url,
    clock,
    logger,
    background,
    deleteLingerMs: queue.isFifo ? fifoDeleteLingerMs : consume.settleLingerMs,
    maxWaiting: Math.max(minSettlementsWaiting, consume.concurrency * 10),
    onRoom: () => hooks.onChange(),
    onGivenUp: (facts) => events.emit('settlement:failed', { queue: name, ...facts }),
  });
}

function settlementsOf(
  parts: QueueWorkerParts,
  settler: Settler,
  leases: LeaseKeeper,
  memory: ProcessedMemory,
): Settlements {
  const { queue, clock, logger } = parts;
  const { deadLetter } = queue;
  return new Settlements({ queue: queue.name, settler, leases, memory, deadLetter, clock, logger });
}

function orderingOf(
  parts: QueueWorkerParts,
  lanes: KeyedLanes<Delivery>,
  settlements: Settlements,
  hooks: AssemblyHooks,
): Ordering {
  const { queue, consume, clock, logger } = parts;
  if (!queue.isFifo) return new StandardOrdering({ lanes, settlements });
  const lastAttempt = lastAttemptOf(parts);
  const name = nameOf(parts);
  return new FifoOrdering({
    lanes,
    settlements,
    mode: consume.fifoFailure,
    blocked: lastAttempt.isLimited ? undefined : new BlockedGroups({ queue: name, logger }),
    clock,
    onChange: () => hooks.onChange(),
  });
}

function plannerOf(parts: QueueWorkerParts, memory: ProcessedMemory): Planner {
  const { queue, handlersOf, handlers, replies, clock } = parts;
  return new Planner({
    queue: handlersOf,
    handlers,
    format: queue.format,
    codecs: queue.codecs,
    replies,
    request: { queue },
    clock,
    hasSucceeded: (messageId) => memory.has(messageId),
  });
}

function executorOf(parts: QueueWorkerParts, settlements: Settlements): Executor {
  const { interceptors, replies, taskScope, consume, clock, logger, onFatal } = parts;
  const lastAttempt = lastAttemptOf(parts);
  const queue = nameOf(parts);
  const defaultBackoff = exponential();
  return new Executor({
    interceptors,
    replies,
    taskScope,
    classifier: new Classifier({ consume, defaultBackoff, lastAttempt, queue, logger }),
    lastAttempt,
    consume,
    clock,
    acknowledge: (delivery) => settlements.acknowledge(delivery),
    onFatal,
  });
}

export function lastAttemptOf({
  queue,
  consume,
  clock,
}: Pick<QueueWorkerParts, 'queue' | 'consume' | 'clock'>): LastAttempt {
  const holdsHeads = queue.isFifo && consume.fifoFailure === 'hold';
  const { maxAttempts, onExhausted } = consume;
  return new LastAttempt({ queue, holdsHeads, maxAttempts, onExhausted, clock });
}

function dispatcherOf(
  parts: QueueWorkerParts,
  made: {
    slots: Slots;
    lanes: KeyedLanes<Delivery>;
    ordering: Ordering;
    planner: Planner;
    settler: Settler;
  },
  hooks: AssemblyHooks,
): Dispatcher {
  const { handlers, handlersOf, consume, gate, clock, seat } = parts;
  return new Dispatcher({
    slots: made.slots,
    seat,
    prefetch: consume.prefetch,
    maxBatchSize: handlers.maxBatchSizeOf(handlersOf),
    lanes: made.lanes,
    ordering: made.ordering,
    gate,
    clock,
    plan: (delivery) => made.planner.plan(delivery),
    run: (delivery, plan) => hooks.run(delivery, plan),
    runBatch: (deliveries, handler) => hooks.runBatch(deliveries, handler),
    isBackedUp: () => made.settler.isFull,
    onSlotFree: () => hooks.onSlotFree(),
  });
}

function fetcherOf(
  parts: QueueWorkerParts,
  made: { demand: Dispatcher; visibilityTimeoutSeconds: number },
  hooks: AssemblyHooks,
): Fetcher {
  const { queue, consume, clock, background, budget, events, seat } = parts;
  const { gateway, url: queueUrl, isFifo } = queue;
  const name = nameOf(parts);
  const level = seat === undefined ? {} : { priority: seat.priority };
  let isSaid = false;
  return new Fetcher({
    gateway,
    queueUrl,
    isFifo,
    waitTimeSeconds: consume.waitTimeSeconds,
    ...made,
    clock,
    background,
    budget,
    turn: seat?.turn,
    onMessages: (messages, askedAt) => hooks.accept(messages, askedAt),
    onAnswered: (count) => {
      parts.gate.answered(name, count);
      events.emit('poll:answered', { queue: name, count, ...level });
    },
    onFailed: (error, retryInMs) => {
      if (!isSaid) logPollFailure(parts, error, retryInMs);
      // What only a person can mend is said once, until it works again.
      isSaid = needsSomebody(error);
      events.emit('poll:failed', { queue: name, error, retryInMs, ...level });
    },
    onRecovered: () => {
      isSaid = false;
      parts.logger.log('Receiving works again', { queue: queue.name });
      events.emit('poll:recovered', { queue: name, ...level });
    },
    onHasty: (answeredAfterMs) => {
      const { waitTimeSeconds } = consume;
      parts.logger.warn(hasty, { queue: queue.name, waitTimeSeconds, answeredAfterMs });
    },
  });
}

const hasty =
  'Empty receives are answered long before their wait time, so there are pauses between them: ' +
  'the endpoint may be a mock, a proxy or an emulator without long polls';

function logPollFailure(
  { logger, queue }: QueueWorkerParts,
  error: unknown,
  retryInMs: number,
): void {
  const fields = { queue: queue.name, reason: errorText(error), retryInMs: Math.round(retryInMs) };
  if (needsSomebody(error)) logger.error('Receiving failed and needs somebody to act', fields);
  else logger.warn('Receiving failed', fields);
}
