import type { Clock } from './clock.js';
import type { WorkerEventName, WorkerEvents } from './events.js';
import type { HandlerLookup } from './handlers.js';
import type { SqsTaskInterceptor, TaskScope } from './interceptors.js';
import type { SqsLogger } from './logger.js';
import type { ResolvedConsumeOptions } from './options/index.js';
import type { QueueHandle } from './queue-handle.js';
import type { ReplyPort } from './replies.js';
import type { StopPolicy } from './stop-policy.js';
import type { TaskDelivery } from './task.js';

/** What the engine is built from; `lib/consumer/worker.ts` implements `WorkerControl` with it. */
export interface WorkerSetup {
  readonly queues: readonly WorkerQueueSetup[];
  readonly handlers: HandlerLookup;
  /** Around every delivery, outermost first. */
  readonly interceptors: readonly SqsTaskInterceptor[];
  /** Answers requests. Left out: none is answered. */
  readonly replies?: ReplyPort;
  /** Around every delivery and its interceptors. Default: none. */
  readonly taskScope?: TaskScope | undefined;
  readonly stopWhen: StopPolicy;
  readonly drainTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

export interface WorkerQueueSetup {
  /** Resolves once the queue exists; with `onMissingQueue: 'wait'` long after the start. */
  readonly queue: QueueHandle | Promise<QueueHandle>;
  /** Logical name; known before the handle is. */
  readonly name: string;
  /** Handlers are looked up under this name. */
  readonly handlersOf: string;
  readonly consume: ResolvedConsumeOptions;
}

export interface WorkerControl {
  /** Begins to poll; resolves at once. */
  start(): void;
  /** Stops taking, finishes or gives back what was taken, settles, ends. Twice is the same as once. */
  drain(options?: DrainOptions): Promise<void>;
  /** The forced stop: aborts every signal, releases what is held, and ends without waiting for handlers. */
  abort(): Promise<void>;
  /** Why the worker ended; resolves after the drain, also when a stop policy or a fatal error began it. */
  readonly ended: Promise<WorkerEnd>;
  pause(queue: string): void;
  resume(queue: string): void;
  setConcurrency(queue: string, concurrency: number): void;
  status(): WorkerStatus;
  /** What its handlers work on now. */
  running(): readonly TaskDelivery[];
  on<E extends WorkerEventName>(event: E, listener: (facts: WorkerEvents[E]) => void): () => void;
}

export interface DrainOptions {
  /**
   * The process ends right after: what handlers could not finish is given back at once. Otherwise, and on FIFO queues,
   * its lease lapses by itself, because a handler that lives on may still finish it.
   */
  exiting?: boolean;
  /** Why it stops, for the log, such as a signal. @default `drained`, or what else began it */
  because?: string;
}

export interface WorkerEnd {
  readonly reason: 'drained' | 'aborted' | 'stop-policy' | 'fatal';
  readonly error?: unknown;
  /** Handlers that had not ended, or whose outcome was not carried out, when the worker gave up waiting. */
  readonly unfinishedCount: number;
}

export type WorkerPhase = 'idle' | 'running' | 'draining' | 'stopped';

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  readonly queues: readonly WorkerQueueStatus[];
  readonly fatalError?: unknown;
}

export interface WorkerQueueStatus {
  readonly name: string;
  readonly isPaused: boolean;
  readonly concurrency: number;
  readonly runningCount: number;
  readonly prefetchedCount: number;
  readonly openPollCount: number;
  /** Milliseconds that the oldest open poll has been open. */
  readonly oldestPollMs: number | undefined;
  readonly settlementsWaiting: number;
  /** Milliseconds since a poll last answered well; undefined before the first. */
  readonly lastGoodPollMsAgo: number | undefined;
  /** Milliseconds that the oldest running handler has run. */
  readonly oldestTaskMs: number | undefined;
  readonly stuckCount: number;
  /** Where no task can start: all slots have been held for `slotsHeldWarningMs` while messages wait. */
  readonly heldSlots?: HeldSlots;
  /** The error that polls meet now; undefined while they work. */
  readonly pollError?: unknown;
  /** Queues with priorities: the levels that this worker takes from, highest first; above are their sums. */
  readonly levels?: readonly WorkerLevelStatus[];
}

/** Slots that none came free of. */
export interface HeldSlots {
  readonly slots: number;
  /** Milliseconds since the last of them was taken. */
  readonly heldMs: number;
  /** What holds them, the oldest first; at most ten. */
  readonly tasks: readonly HeldSlotTask[];
}

export interface HeldSlotTask {
  /** Its pattern; undefined in a raw handler. */
  readonly task: string | undefined;
  readonly messageId: string;
  readonly runningMs: number;
}

export interface WorkerLevelStatus extends Pick<
  WorkerQueueStatus,
  | 'runningCount'
  | 'prefetchedCount'
  | 'openPollCount'
  | 'oldestPollMs'
  | 'settlementsWaiting'
  | 'lastGoodPollMsAgo'
  | 'pollError'
> {
  readonly priority: number;
  /** Logical name of the level's own queue. */
  readonly name: string;
}
