import type { WorkerEventName, WorkerEvents } from '../contracts/events.js';
import { UnknownNameError } from '../contracts/errors/index.js';
import type { QueueGateway } from '../contracts/gateway.js';
import { consumeSchema, validateOptions } from '../contracts/options/schema/index.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { TaskDelivery } from '../contracts/task.js';
import type {
  DrainOptions,
  WorkerControl,
  WorkerEnd,
  WorkerPhase,
  WorkerQueueSetup,
  WorkerQueueStatus,
  WorkerSetup,
  WorkerStatus,
} from '../contracts/worker-port.js';
import { CONSUME_DEFAULTS } from '../contracts/options/defaults.js';
import { Background } from '../primitives/background.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { deferred } from '../primitives/deferred.js';
import { EventHub } from '../primitives/event-hub.js';
import { lastAttemptOf, type QueueWorkerParts } from './assembly.js';
import { checkPolicies, copiesInVain } from './check-policies.js';
import { endlessHeads } from './ordering/blocked-groups.js';
import { PollBudget } from './polling/poll-budget.js';
import { FamilyWorker } from './priorities/family-worker.js';
import { levelsInWindow } from './priorities/level-window.js';
import type { QueueEngine } from './queue-engine.js';
import { QueueWorker } from './queue-worker.js';
import { StopWatch } from './stop-watch.js';
import { logTaskEvents } from './task-log.js';
import { WorkerLog } from './worker-log.js';

/**
 * A worker: one engine per queue under one stop policy.
 *
 * - IDLE: made, nothing polls. `start()` → RUNNING; `drain()` → STOPPED.
 * - RUNNING: queues are polled, each from when it exists. `drain()`, the stop policy or a fatal error → DRAINING.
 * - DRAINING: no new poll and no new handler; what runs is waited for, bounded. → STOPPED. `abort()` hurries it.
 * - STOPPED: nothing runs, no timer is left. Nothing leads out of it.
 */
export class Worker implements WorkerControl {
  private readonly setup: WorkerSetup;
  private phase: WorkerPhase = 'idle';
  private readonly queues = new Map<string, QueueEngine>();
  /** Paused by name, before the queue is there too. */
  private readonly paused = new Set<string>();
  /** As `setConcurrency` said, by name. */
  private readonly concurrencies = new Map<string, number>();
  private readonly events: EventHub<WorkerEvents>;
  private readonly background: Background;
  private readonly stopWatch: StopWatch;
  private readonly log: WorkerLog;
  private readonly budgets = new Map<QueueGateway, PollBudget>();
  private readonly end = deferred<WorkerEnd>();
  private draining: Promise<void> | undefined;
  private isHurried = false;
  private hasStarted = false;
  private endReason: WorkerEnd['reason'] = 'drained';
  private fatalError: unknown;
  readonly ended: Promise<WorkerEnd> = this.end.promise;

  /** @throws InvalidOptionsError where a policy cannot work on a queue that is already known */
  constructor(given: WorkerSetup) {
    const setup = { ...given, logger: containedLogger(given.logger) };
    this.setup = setup;
    for (const one of setup.queues) {
      if (!(one.queue instanceof Promise)) this.checkPolicies(one, one.queue);
    }
    const { logger, clock, stopWhen } = setup;
    this.events = new EventHub((event, error) =>
      logger.error(`A listener of "${event}" failed`, {}, error),
    );
    this.background = new Background((error) =>
      logger.error('Something in the worker failed that should not', {}, error),
    );
    this.stopWatch = new StopWatch({
      policy: stopWhen,
      queues: this.names,
      clock,
      onStop: () => void this.stop('stop-policy'),
      onBroken: (error) =>
        logger.error('The stop policy failed and decides nothing; the worker goes on', {}, error),
    });
    const logTasks = new Map(setup.queues.map(({ name, consume }) => [name, consume.logTasks]));
    const { logTasks: byDefault } = CONSUME_DEFAULTS;
    logTaskEvents(this, { logger, logTasksOf: (queue) => logTasks.get(queue) ?? byDefault });
    this.log = new WorkerLog(setup);
    this.log.follow(this);
  }

  start(): void {
    if (this.phase !== 'idle') return;
    this.phase = 'running';
    this.hasStarted = true;
    this.log.started();
    this.events.emit('worker:started', { queues: this.names });
    this.stopWatch.begin();
    for (const setup of this.setup.queues) this.startQueue(setup);
  }

  drain(options: DrainOptions = {}): Promise<void> {
    this.draining ??= this.drainAll(options);
    return this.draining;
  }

  abort(): Promise<void> {
    if (this.phase === 'draining' && !this.isHurried) this.log.aborting(this.running());
    this.isHurried = true;
    this.endReason = 'aborted';
    const drained = this.drain({ exiting: true });
    for (const queue of this.queues.values()) queue.hurry();
    return drained;
  }

  pause(queue: string): void {
    this.checkName(queue);
    this.paused.add(queue);
    this.queues.get(queue)?.pause();
    this.events.emit('queue:paused', { queue });
  }

  resume(queue: string): void {
    this.checkName(queue);
    this.paused.delete(queue);
    this.queues.get(queue)?.resume();
    this.events.emit('queue:resumed', { queue });
  }

  setConcurrency(queue: string, concurrency: number): void {
    this.checkName(queue);
    validateOptions('setConcurrency()', consumeSchema, { concurrency });
    this.concurrencies.set(queue, concurrency);
    this.queues.get(queue)?.setConcurrency(concurrency);
  }

  status(): WorkerStatus {
    const queues = this.setup.queues.map(
      (setup) => this.queues.get(setup.name)?.status() ?? this.missingStatus(setup),
    );
    const { phase, fatalError } = this;
    return fatalError === undefined ? { phase, queues } : { phase, queues, fatalError };
  }

  running(): TaskDelivery[] {
    return [...this.queues.values()].flatMap((queue) => queue.running());
  }

  on<E extends WorkerEventName>(event: E, listener: (facts: WorkerEvents[E]) => void): () => void {
    return this.events.on(event, listener);
  }

  private get names(): string[] {
    return this.setup.queues.map(({ name }) => name);
  }

  private startQueue(setup: WorkerQueueSetup): void {
    if (!(setup.queue instanceof Promise)) return this.runQueue(setup, setup.queue);
    const found = setup.queue.then((queue) => {
      if (this.phase !== 'running') return;
      this.checkPolicies(setup, queue);
      this.runQueue(setup, queue);
    });
    this.background.track(
      found.catch((error: unknown) => {
        if (this.phase === 'running') this.fatal(setup.name, error);
      }),
    );
  }

  private checkPolicies(setup: WorkerQueueSetup, queue: QueueHandle): void {
    const { handlersOf, consume } = setup;
    for (const level of levelsInWindow(queue, consume)) {
      checkPolicies({ queue: level.queue, handlersOf, consume, handlers: this.setup.handlers });
    }
  }

  private runQueue(setup: WorkerQueueSetup, queue: QueueHandle): void {
    const { handlers, interceptors, replies, taskScope, drainTimeoutMs, clock, logger } =
      this.setup;
    const concurrency = this.concurrencies.get(setup.name) ?? setup.consume.concurrency;
    const consume = { ...setup.consume, concurrency };
    const { handlersOf } = setup;
    if (copiesInVain({ queue, handlersOf, consume, handlers })) {
      const fields = { queue: queue.name };
      logger.warn(
        "onExhausted: 'copy' has no effect here: no dead-letter queue is known for the queue, neither from its options nor from its attributes",
        fields,
      );
    }
    const parts: QueueWorkerParts = {
      queue,
      handlersOf,
      consume,
      handlers,
      interceptors,
      replies,
      taskScope,
      drainTimeoutMs,
      gate: this.stopWatch,
      budget: this.budgetOf(queue.gateway),
      events: this.events,
      background: this.background,
      clock,
      logger,
      onFatal: (error) => this.fatal(setup.name, error),
    };
    this.warnOfEndlessHeads(setup, queue);
    const engine = queue.levels === undefined ? new QueueWorker(parts) : new FamilyWorker(parts);
    this.queues.set(setup.name, engine);
    if (this.paused.has(setup.name)) engine.pause();
    engine.start();
  }

  private warnOfEndlessHeads({ name, consume }: WorkerQueueSetup, queue: QueueHandle): void {
    const { clock } = this.setup;
    const isEndless = levelsInWindow(queue, consume).some(
      (level) =>
        level.queue.isFifo && !lastAttemptOf({ queue: level.queue, consume, clock }).isLimited,
    );
    const warning = isEndless ? endlessHeads(name, consume) : undefined;
    if (warning !== undefined) this.setup.logger.warn(warning, { queue: name });
  }

  /** Polls of all queues on one connection share its sockets. */
  private budgetOf(gateway: QueueGateway): PollBudget {
    const known = this.budgets.get(gateway) ?? new PollBudget(gateway.maxOpenReceives);
    this.budgets.set(gateway, known);
    return known;
  }

  private fatal(queue: string, error: unknown): void {
    if (this.fatalError === undefined) {
      this.fatalError = error;
      this.setup.logger.error('The worker cannot go on and drains', { queue }, error);
      this.events.emit('worker:fatal', { queue, error });
    }
    void this.stop('fatal');
  }

  private async stop(reason: WorkerEnd['reason']): Promise<void> {
    if (this.draining === undefined) this.endReason = reason;
    await this.drain();
  }

  private async drainAll({ exiting = false, because }: DrainOptions): Promise<void> {
    this.phase = 'draining';
    this.stopWatch.close();
    const queues = [...this.queues.values()];
    // One that never started has said nothing, and has nothing to say.
    if (this.hasStarted) this.log.draining(because ?? this.endReason, this.running());
    this.events.emit('worker:draining', { queues: this.names });
    const { clock, drainTimeoutMs } = this.setup;
    const deadlineAt = clock.now() + (this.isHurried ? 0 : drainTimeoutMs);
    for (const queue of queues) queue.beginDrain();
    const unfinished = await Promise.all(
      queues.map((queue) => queue.finishDrain(deadlineAt, exiting)),
    );
    this.finish(unfinished.reduce((sum, count) => sum + count, 0));
  }

  private finish(unfinishedCount: number): void {
    this.phase = 'stopped';
    const { endReason: reason, fatalError: error } = this;
    const end: WorkerEnd =
      error === undefined ? { reason, unfinishedCount } : { reason, unfinishedCount, error };
    if (this.hasStarted) this.log.stopped(end);
    this.events.emit('worker:stopped', { queues: this.names });
    this.end.resolve(end);
  }

  private checkName(name: string): void {
    if (this.names.includes(name)) return;
    const advice = 'Name one of the queues that this worker consumes.';
    throw new UnknownNameError({ kind: 'queue', name, known: this.names, advice });
  }

  /** A queue that does not exist yet. */
  private missingStatus({ name, consume }: WorkerQueueSetup): WorkerQueueStatus {
    return {
      name,
      isPaused: this.paused.has(name),
      concurrency: this.concurrencies.get(name) ?? consume.concurrency,
      runningCount: 0,
      prefetchedCount: 0,
      openPollCount: 0,
      oldestPollMs: undefined,
      settlementsWaiting: 0,
      lastGoodPollMsAgo: undefined,
      oldestTaskMs: undefined,
      stuckCount: 0,
    };
  }
}
