import {
  silentLogger,
  type EntryResult,
  type QueueHandle,
  type ReceivedMessage,
  type SqsLogger,
  type TaskDelivery,
  type VisibilityChange,
} from '../../lib/contracts/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import { retry } from '../../lib/consumer/retry/index.js';
import { handleOf, workerOn } from '../support/worker.js';
import { HeldMessages } from './held-messages.js';
import {
  ModelGateway,
  type GatewayWatch,
  type GivenFacts,
  type ReceiptOperation,
} from './model-gateway.js';
import { ProcessClock } from './process-clock.js';
import { conclude, plainSuccess } from './acts.js';
import type { Act, Operation, Settings } from './scenario.js';
import type { Task } from './task-book.js';
import type { World } from './world.js';

/** One run of a handler. */
export interface Run {
  readonly task: Task;
  readonly worker: ModelWorker;
  readonly delivery: TaskDelivery;
  readonly receipt: string;
  /** Its lease had ended by its end, as far as its process could know. */
  endedLate: boolean;
}

/** A worker in a process of its own, and what the world may know of it. */
export class ModelWorker implements GatewayWatch {
  readonly clock: ProcessClock;
  readonly gateway: ModelGateway;
  readonly engine: Worker;
  readonly running = new Set<Run>();
  readonly held: HeldMessages;
  /** Messages that succeeded here and are not known to be deleted. */
  private readonly unproved = new Set<string>();
  private readonly runs = new Map<string, Run>();
  concurrency: number;
  isDead = false;
  isPaused = false;
  drain: { promise: Promise<void>; dueAt: number; isOver: boolean } | undefined;
  /** Its drain ended with nothing left to do. */
  private isSilent = false;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly settings: Settings,
  ) {
    this.clock = new ProcessClock(world.clock);
    this.concurrency = settings.concurrency;
    this.held = new HeldMessages({
      clock: world.clock,
      visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
      violated: (id, what) => world.violated(`${name}, ${world.nameOf(id)}: ${what}`),
    });
    this.gateway = new ModelGateway({
      service: world.service,
      clock: this.clock,
      line: world.connect(),
      maxOpenReceives: settings.maxOpenReceives,
      faultFor: (operation) => this.faultFor(operation),
      stall: (ms) => world.stall(ms),
      watch: this,
    });
    this.engine = this.newEngine();
    this.engine.on('task:settled', ({ delivery }) => {
      this.held.settled(delivery.message.raw.receiptHandle);
    });
    this.engine.on('settlement:failed', ({ messageId }) => this.held.givenUp(messageId));
    this.engine.start();
  }

  get isTaking(): boolean {
    return !this.isDead && this.drain === undefined;
  }

  stop(exiting: boolean): void {
    this.begin(this.engine.drain({ exiting }), this.settings.drainTimeoutMs, exiting);
    if (this.engine.drain() !== this.drain?.promise) {
      this.world.violated(`${this.name}: a second drain is another promise`);
    }
  }

  abort(): void {
    if (this.drain?.isOver) return;
    this.begin(this.engine.abort(), 0, true);
  }

  /** It did not end by itself: its calls never answer, its timers never fire, its handlers never end. */
  kill(pollStays: boolean): void {
    this.isDead = true;
    this.gateway.isDead = true;
    this.clock.kill();
    this.running.clear();
    if (!pollStays) void this.gateway.close();
  }

  /** The event loop stands still. */
  stalls(ms: number): void {
    this.held.stalls(ms);
    if (this.drain !== undefined) this.drain.dueAt += ms;
  }

  called(operation: Operation, detail: string): void {
    this.world.log(`${this.name} → ${operation} ${detail}`);
    if (this.isSilent) this.world.violated(`${this.name} called ${operation} after its drain`);
  }

  given(messages: ReceivedMessage[], facts: GivenFacts): void {
    const names = messages.map((message) => this.world.nameOf(message.messageId)).join(' ');
    if (names !== '') this.world.log(`${this.name} ← ${names}${facts.isLost ? ' (not yet)' : ''}`);
    this.held.given(messages, facts);
  }

  begins(handles: readonly string[], kind: ReceiptOperation): () => void {
    if (kind === 'delete') for (const handle of handles) this.checkTold(handle);
    return this.held.begins(handles, kind);
  }

  /** I4: who deletes what may be elsewhere has told its handler. */
  private checkTold(handle: string): void {
    const run = this.runs.get(handle);
    if (!run?.endedLate || run.delivery.signal.aborted) return;
    this.world.violated(`${this.name} deletes ${run.task.id}, lost and its handler not told`);
  }

  /** I4: a handler whose lease is lost, as far as its process can know, has been told. */
  checkRunning(): void {
    if (this.drain?.isOver === true) return;
    for (const { receipt, task, delivery } of this.running) {
      if (delivery.signal.aborted || this.held.isOurs(receipt, this.world.clock.now() - 1))
        continue;
      this.world.violated(`${this.name} runs ${task.id}, lost and its handler not told`);
    }
  }

  deletesApplied(handles: readonly string[]): void {
    for (const handle of handles) {
      const id = this.held.idOf(handle);
      if (id !== undefined) this.world.deleted(id, this);
    }
  }

  deletesAnswered(handles: readonly string[], results: readonly EntryResult[]): void {
    for (const [i, handle] of handles.entries()) {
      // A yes while the lease was held is the only proof.
      if (!results[i]?.ok || !this.held.isOurs(handle)) continue;
      this.unproved.delete(this.held.idOf(handle) ?? '');
    }
  }

  visibilityApplied(entries: readonly VisibilityChange[]): void {
    this.held.visibilityApplied(entries);
  }

  visibilityAnswered(
    entries: readonly VisibilityChange[],
    results: readonly EntryResult[],
    askedAt: number,
  ): void {
    this.held.visibilityAnswered(entries, results, askedAt);
  }

  private begin(promise: Promise<void>, timeoutMs: number, exiting: boolean): void {
    const dueAt = this.world.clock.now() + timeoutMs + 1_000;
    const before = this.drain;
    const drain = { promise, dueAt: Math.min(dueAt, before?.dueAt ?? Infinity), isOver: false };
    this.drain = drain;
    void promise.then(async () => {
      drain.isOver = true;
      const { unfinishedCount } = await this.engine.ended;
      this.world.log(`${this.name} has drained, ${unfinishedCount} unfinished`);
      if (exiting && !this.isDead) return this.kill(false);
      const waiting = this.engine.status().queues[0]?.settlementsWaiting;
      this.isSilent = unfinishedCount === 0 && waiting === 0;
    });
  }

  private faultFor(operation: Operation) {
    const fault = this.world.faults.take(operation);
    if (fault !== undefined) this.world.log(`${this.name}   (${fault.kind} ${operation})`);
    return fault;
  }

  private newEngine(): Worker {
    const { settings, world } = this;
    return workerOn({
      gateway: this.gateway,
      queueUrl: world.queueUrl,
      handles: [this.queue()],
      clock: this.clock,
      logger: this.logger(),
      drainTimeoutMs: settings.drainTimeoutMs,
      consume: {
        priorityOrder: settings.priorityOrder,
        concurrency: settings.concurrency,
        prefetch: settings.prefetch,
        waitTimeSeconds: settings.waitTimeSeconds,
        settleLingerMs: settings.settleLingerMs,
        fifoFailure: settings.fifoFailure,
        onError: retry((_attempt, { error }) => (error as { delaySeconds?: number }).delaySeconds),
        ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
        ...(settings.maxAttempts !== undefined && { maxAttempts: settings.maxAttempts }),
      },
      handlers: { job: (data, delivery) => this.handle(data as number, delivery) },
    });
  }

  private queue(): QueueHandle {
    const { settings, world, gateway } = this;
    const levels = world.levels.map(({ name, url: queueUrl }) =>
      handleOf({
        gateway,
        queueUrl,
        name,
        handle: {
          visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
          deadLetter: world.deadLetterFor(gateway),
        },
      }),
    );
    const [lowest, ...upper] = levels;
    if (lowest === undefined) throw new Error('the model has no queue');
    return upper.length === 0 ? lowest : Object.assign(lowest, { levels });
  }

  private logger(): SqsLogger {
    const { world } = this;
    return {
      ...silentLogger,
      payload: (body) => world.discarded((JSON.parse(body) as { data: number }).data, this),
      error: (message, _fields, error) => {
        if (!message.includes('should not')) return;
        world.violated(`${this.name}: ${message}: ${String((error as Error).stack)}`);
      },
    };
  }

  private async handle(id: number, delivery: TaskDelivery): Promise<void> {
    const run = this.starts(this.world.book.get(id), delivery);
    const act = run.task.acts[run.task.runCount++] ?? plainSuccess;
    try {
      await this.play(act, delivery);
      if (!this.isDead) this.succeeded(run);
    } finally {
      this.ends(run);
    }
  }

  private async play(act: Act, delivery: TaskDelivery): Promise<void> {
    if (act.blocksMs > 0) this.world.stall(act.blocksMs);
    if (act.extendSeconds !== undefined) {
      const extended = delivery.extend(act.extendSeconds);
      if (act.extendsAtOnce) void delivery.extend(act.extendSeconds + 7);
      else await extended;
    }
    if (act.ms > 0) await this.sleep(act.ms, act.heeds ? delivery.signal : undefined);
    if (this.world.barrier !== undefined) await this.world.barrier.opened;
    conclude(act);
  }

  private sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimer(resolve, ms);
      const stop = (): void => {
        timer.cancel();
        reject(new Error('it heeds its signal'));
      };
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
    });
  }

  private starts(task: Task, delivery: TaskDelivery): Run {
    const receipt = delivery.message.raw.receiptHandle;
    const run: Run = { task, worker: this, delivery, receipt, endedLate: false };
    const { world, held, name } = this;
    world.log(`${name} starts ${world.nameOf(task.messageId)}`);
    if (this.drain !== undefined) world.violated(`${name} starts ${task.id} after its drain began`);
    if (this.isPaused) world.violated(`${name} starts ${task.id} while it is paused`);
    if (!held.mayBegin(receipt)) {
      world.violated(`${name} starts ${task.id}, whose lease it knows to be over`);
    }
    if (this.unproved.has(task.messageId)) {
      world.violated(`${name} runs ${task.id} again after its success`);
    }
    world.checkOrder(run);
    this.running.add(run);
    this.runs.set(receipt, run);
    if (this.running.size > this.concurrency) {
      world.violated(`${name} runs ${this.running.size} at once, of ${this.concurrency}`);
    }
    return run;
  }

  private succeeded(run: Run): void {
    run.task.hasSucceeded = true;
    this.unproved.add(run.task.messageId);
    this.world.log(`${this.name} succeeded with ${this.world.nameOf(run.task.messageId)}`);
  }

  private ends(run: Run): void {
    run.endedLate = !this.held.isOurs(run.receipt);
    this.running.delete(run);
  }
}
