import { DrainDeadlineError, StuckTaskError } from '../contracts/errors/index.js';
import type { ReceivedMessage, ReceiveRequest } from '../contracts/gateway.js';
import type { BatchTaskHandler } from '../contracts/handlers.js';
import type { Outcome } from '../contracts/task.js';
import type { WorkerQueueStatus } from '../contracts/worker-port.js';
import { Background } from '../primitives/background.js';
import { deferred } from '../primitives/deferred.js';
import { settledWithin } from '../primitives/wait.js';
import { assemble, nameOf, type Assembly, type QueueWorkerParts } from './assembly.js';
import { Delivery, type DeliveryOwner } from './delivery.js';
import { describeTasks } from './describe-tasks.js';
import { Lease, leaseStart } from './lease.js';
import type { SinglePlan } from './planner.js';
import type { QueueEngine } from './queue-engine.js';
import { queueStatus } from './queue-status.js';
import { slotWatchOf, type SlotWatch, type WatchedLevel } from './slot-watch.js';
import { deliveryFields } from './task-log.js';
import { ReceivedTaskMessage } from './task-message.js';

/** Milliseconds an open poll may still answer after the last handler has ended: what it brings is given back. */
const pollGraceMs = 300;
/** Milliseconds that handlers get to react to their aborted signal at the drain deadline. */
const abortGraceMs = 300;
/** Milliseconds that settlements get to reach SQS however late it is. */
const flushMs = 300;
/** Milliseconds that a poll which was cut gets to end; one of a gateway that does not end its calls is left alone. */
const cutGraceMs = 300;

/**
 * One queue's engine: the fetcher takes messages, the dispatcher gives them slots, the executor runs them, the
 * settler tells SQS, and the lease keeper keeps them ours meanwhile.
 */
export class QueueWorker implements QueueEngine, DeliveryOwner {
  readonly name: string;
  readonly priority: number;
  private readonly engine: Assembly;
  /** Handlers that have ended and whose outcome is being carried out, copies to the dead-letter queue included. */
  private readonly endings: Background;
  private isDraining = false;
  private isHurried = false;
  private readonly hurried = deferred();
  private isPaused = false;
  private readonly slotWatch: SlotWatch;
  private emptyWaiters: (() => void)[] = [];

  constructor(private readonly parts: QueueWorkerParts) {
    this.name = nameOf(parts);
    this.priority = parts.seat?.priority ?? 0;
    this.endings = new Background((error) =>
      parts.logger.error('Something in the worker failed that should not', {}, error),
    );
    this.engine = assemble(parts, {
      accept: (messages, askedAt) => this.accept(messages, askedAt),
      run: (delivery, plan) => this.run(delivery, plan),
      runBatch: (deliveries, handler) => this.runBatch(deliveries, handler),
      onSlotFree: () => this.onSlotFree(),
      onChange: () => this.wake(),
      onStuck: (delivery) => this.stuck(delivery),
    });
    this.slotWatch =
      parts.seat?.slotWatch ?? slotWatchOf(parts, this.engine.slots, () => [this.watched]);
  }

  start(): void {
    this.engine.fetcher.pump();
  }

  async processOnce(request: ReceiveRequest): Promise<number> {
    const { queue, clock } = this.parts;
    this.engine.fetcher.stop();
    const askedAt = clock.now();
    const messages = await queue.gateway.receive(queue.url, {
      ...request,
      visibilityTimeoutSeconds: this.engine.visibilityTimeoutSeconds,
    });
    this.accept(messages, askedAt);
    await this.emptyWithin(Infinity);
    await this.flush(Infinity);
    this.close();
    return messages.length;
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.slotWatch.isPaused = true;
    this.engine.fetcher.pause();
    this.giveBackUnstarted();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.slotWatch.isPaused = false;
    if (this.isDraining) return;
    this.engine.ordering.resume();
    this.engine.dispatcher.open();
    this.engine.fetcher.resume();
  }

  setConcurrency(concurrency: number): void {
    this.engine.dispatcher.concurrency = concurrency;
    this.engine.dispatcher.dispatch();
    this.engine.fetcher.pump();
  }

  /** A start came free somewhere else, or a stop policy changed its mind. */
  wake(): void {
    // What waited behind a head was given back, so nothing may be left without any slot having come free.
    if (this.emptyWaiters.length > 0 && this.engine.dispatcher.isEmpty) this.becameEmpty();
    this.engine.dispatcher.dispatch();
    this.engine.fetcher.pump();
  }

  /** As one level of several: opens its polls, and leaves other levels alone. */
  pumpOwn(): void {
    this.engine.fetcher.pumpOwn();
  }

  /** As one level of several: gives a slot to what is next; false where nothing is. */
  startOne(): boolean {
    return this.engine.dispatcher.startOne();
  }

  get canStart(): boolean {
    return this.engine.dispatcher.canStart;
  }

  /** Slots that its handlers have. */
  get usedSlots(): number {
    return this.engine.dispatcher.usedSlots;
  }

  /** Held, not running, and waiting for a slot only. */
  get heldCount(): number {
    return this.engine.dispatcher.heldCount;
  }

  /** What the slot watch looks at. */
  get watched(): WatchedLevel {
    const { dispatcher, fetcher } = this.engine;
    return { dispatcher, fetcher, queue: this.parts.queue };
  }

  get isEmpty(): boolean {
    return this.engine.dispatcher.isEmpty;
  }

  /** A poll is open, or will be after a pause or with the next free socket. */
  get isPolling(): boolean {
    return this.engine.fetcher.openCount > 0 || this.engine.fetcher.isWaiting;
  }

  /** Sends what waits to be settled, full requests or not. */
  flushSettlements(): void {
    this.engine.settler.flush();
  }

  async extend(delivery: Delivery, seconds: number): Promise<void> {
    if (Number.isNaN(seconds)) {
      throw new TypeError('Expected extend() to be given a number of seconds, got NaN.');
    }
    // Deleted before its handler ran: it is nobody else's.
    if (delivery.isSettled) return;
    await this.engine.leases.extend(delivery.lease, seconds);
  }

  aborted(delivery: Delivery): void {
    if (this.engine.dispatcher.running.has(delivery)) this.engine.stuckWatch.aborted(delivery);
  }

  beginDrain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    this.slotWatch.close();
    this.engine.fetcher.stop();
    this.giveBackUnstarted();
  }

  async finishDrain(deadlineAt: number, isExiting: boolean): Promise<number> {
    const { clock } = this.parts;
    const { fetcher } = this.engine;
    await this.emptyWithin(deadlineAt - clock.now());
    if (!this.isHurried) {
      const pollMs = Math.min(pollGraceMs, deadlineAt - clock.now());
      await settledWithin(fetcher.ended(), pollMs, clock);
    }
    fetcher.cut();
    const [unfinished] = await Promise.all([
      this.letGo(isExiting),
      settledWithin(fetcher.ended(), cutGraceMs, clock),
    ]);
    await this.flush(deadlineAt - clock.now());
    this.close();
    this.sayLeft();
    // A handler may have ended in the last moment, and its copy to the dead-letter queue may still be on its way.
    return Math.max(unfinished, this.engine.dispatcher.running.size + this.endings.size);
  }

  hurry(): void {
    this.isHurried = true;
    this.hurried.resolve();
    this.engine.fetcher.cut();
    this.tellEmpty();
  }

  running(): readonly Delivery[] {
    return [...this.engine.dispatcher.running];
  }

  status(): WorkerQueueStatus {
    const { name, isPaused, engine, slotWatch } = this;
    return queueStatus({ name, isPaused, engine, slotWatch, now: this.parts.clock.now() });
  }

  private accept(messages: ReceivedMessage[], askedAt: number): void {
    const timeoutMs = this.engine.visibilityTimeoutSeconds * 1000;
    const receivedAt = leaseStart({ askedAt, readAt: this.parts.clock.now(), timeoutMs });
    const deliveries = messages
      .map((message) => this.deliveryOf(message, { receivedAt, timeoutMs }))
      .filter((delivery) => this.keeps(delivery));
    this.engine.dispatcher.add(deliveries);
    if (this.isDraining || this.isPaused) this.giveBackUnstarted();
  }

  private keeps({ lease }: Delivery): boolean {
    if (this.engine.leases.keep(lease)) return true;
    const { messageId } = lease;
    const facts = { queue: this.name, messageId };
    this.parts.logger.debug('A receipt that a newer one has replaced was left alone', facts);
    return false;
  }

  private deliveryOf(
    raw: ReceivedMessage,
    times: { receivedAt: number; timeoutMs: number },
  ): Delivery {
    const message = new ReceivedTaskMessage(raw);
    const { id, receiveCount } = message;
    const { receiptHandle } = raw;
    const lease = new Lease({ messageId: id, receiptHandle, receiveCount, ...times });
    const { events } = this.parts;
    if (events.has('message:received')) {
      events.emit('message:received', { queue: this.name, messageId: id, receiveCount });
    }
    return new Delivery(this.name, message, lease, this);
  }

  /** Another worker may have it at once; what runs goes on. */
  private giveBackUnstarted(): void {
    const { dispatcher, ordering, settler } = this.engine;
    for (const delivery of dispatcher.shut()) this.giveBack(delivery);
    if (this.isDraining) ordering.drain();
    else ordering.pause();
    settler.flush();
  }

  private giveBack(delivery: Delivery): void {
    this.parts.background.track(this.engine.settlements.retry(delivery, 0));
  }

  private async run(delivery: Delivery, plan: SinglePlan): Promise<void> {
    this.started(delivery);
    const outcome = await this.engine.executor.run(delivery, plan);
    this.finished(delivery, outcome);
  }

  private async runBatch(deliveries: Delivery[], handler: BatchTaskHandler): Promise<void> {
    for (const delivery of deliveries) this.started(delivery);
    const outcomes = await this.engine.executor.runBatch(deliveries, handler);
    deliveries.forEach((delivery, i) => this.finished(delivery, outcomes[i]));
  }

  private started(delivery: Delivery): void {
    delivery.startedAt = this.parts.clock.now();
    delivery.lease.onLost = (error) => this.lostLease(delivery, error);
    if (delivery.lease.lostError !== undefined) delivery.abort(delivery.lease.lostError);
    this.parts.events.emit('task:started', { delivery });
    this.slotWatch.started();
  }

  private finished(delivery: Delivery, outcome: Outcome): void {
    const { events, clock } = this.parts;
    // After a blocked event loop the clock knows of the loss before any timer does.
    delivery.lease.isLostAt(clock.now());
    delivery.lease.onLost = undefined;
    this.engine.stuckWatch.ended(delivery);
    this.endings.track(this.engine.ordering.finish(delivery, outcome));
    if (!events.has('task:settled')) return;
    const durationMs = clock.now() - (delivery.startedAt ?? clock.now());
    events.emit('task:settled', { delivery, outcome, durationMs });
  }

  private lostLease(delivery: Delivery, error: Error): void {
    const messageId = delivery.message.id;
    this.parts.logger.warn('A lease was lost while its task ran', {
      ...deliveryFields(delivery),
      reason: error.message,
    });
    this.parts.events.emit('lease:lost', { queue: this.name, messageId, error });
    delivery.abort(error);
  }

  private stuck(delivery: Delivery): void {
    const { logger, events, consume, clock, onFatal } = this.parts;
    const runningMs = clock.now() - (delivery.startedAt ?? clock.now());
    const facts = { queue: this.name, task: delivery.pattern, messageId: delivery.message.id };
    logger.error('A handler runs on although its signal was aborted', {
      ...deliveryFields(delivery),
      runningMs: Math.round(runningMs),
    });
    events.emit('task:stuck', { delivery, runningMs });
    if (consume.onStuck === 'exit') onFatal(new StuckTaskError({ ...facts, runningMs }));
  }

  private onSlotFree(): void {
    if (this.engine.dispatcher.isEmpty) this.becameEmpty();
    this.engine.dispatcher.dispatch();
    this.engine.fetcher.pump();
  }

  /** Nothing runs and nothing waits, so nothing will come to share a request with what waits to be settled. */
  private becameEmpty(): void {
    const { seat } = this.parts;
    if (seat === undefined) this.flushSettlements();
    else seat.becameEmpty();
    this.tellEmpty();
  }

  private tellEmpty(): void {
    const waiters = this.emptyWaiters;
    this.emptyWaiters = [];
    for (const resolve of waiters) resolve();
  }

  private async emptyWithin(ms: number): Promise<void> {
    if (this.engine.dispatcher.isEmpty || this.isHurried) return;
    const empty = new Promise<void>((resolve) => this.emptyWaiters.push(resolve));
    await settledWithin(empty, ms, this.parts.clock);
  }

  /** Tells handlers that run on, waits a moment, and gives back what they hold where that is safe. */
  private async letGo(isExiting: boolean): Promise<number> {
    const { running } = this.engine.dispatcher;
    if (running.size === 0) return 0;
    const error = new DrainDeadlineError({ drainTimeoutMs: this.parts.drainTimeoutMs });
    for (const delivery of running) delivery.abort(error);
    const empty = new Promise<void>((resolve) => this.emptyWaiters.push(resolve));
    await settledWithin(empty, abortGraceMs, this.parts.clock);
    const unfinished = [...running];
    // Given back, a message may start elsewhere at once: not while its handler may live on, and never inside a group.
    const isGivenBack = (isExiting || this.isHurried) && !this.parts.queue.isFifo;
    if (isGivenBack) for (const delivery of unfinished) this.giveBack(delivery);
    this.sayUnfinished(unfinished, isGivenBack);
    return unfinished.length;
  }

  private sayUnfinished(unfinished: readonly Delivery[], isGivenBack: boolean): void {
    if (unfinished.length === 0) return;
    const { logger, drainTimeoutMs } = this.parts;
    const then = isGivenBack
      ? 'given back'
      : 'left: SQS delivers them again after their visibility timeout';
    logger.warn('Handlers did not end before the worker stopped', {
      queue: this.name,
      tasks: describeTasks(unfinished),
      messages: then,
      ...(this.isHurried ? {} : { drainTimeoutMs }),
    });
  }

  /** What the worker did not wait for any longer. */
  private sayLeft(): void {
    const { fetcher, settler } = this.engine;
    const { logger } = this.parts;
    const count = Math.max(settler.waitingCount, this.endings.size);
    if (count > 0) {
      const message =
        'Settlements were not confirmed before the worker stopped; SQS may deliver again';
      logger.warn(message, { queue: this.name, count });
    }
    if (fetcher.openCount > 0) {
      const message =
        'Receives did not end before the worker stopped; what they take comes back after its visibility timeout';
      logger.warn(message, { queue: this.name, count: fetcher.openCount });
    }
  }

  private async flush(ms: number): Promise<void> {
    const { settler } = this.engine;
    const { clock } = this.parts;
    const settled = this.endings.idle().then(() => settler.idle());
    settler.flush();
    await settledWithin(
      Promise.race([settled, this.hurried.promise]),
      Math.max(flushMs, ms),
      clock,
    );
    if (!this.isHurried) return;
    settler.flush();
    await settledWithin(settled, flushMs, clock);
  }

  private close(): void {
    this.engine.leases.close();
    this.engine.stuckWatch.close();
    this.slotWatch.close();
  }
}
