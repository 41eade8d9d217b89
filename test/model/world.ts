import { levelName } from '../../lib/contracts/index.js';
import type { DeadLetterHandle, QueueGateway } from '../../lib/contracts/index.js';
import { ManualClock, settlePromises } from '../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { readHandle } from '../../lib/queue-client/memory/receipt-handle.js';
import type { ServedMemory } from '../support/served-memory.js';
import type { Gate } from '../support/signals.js';
import { bodyOf } from '../support/worker.js';
import { CommandLog } from './command-log.js';
import { Faults } from './faults.js';
import { ModelWorker, type Run } from './model-worker.js';
import type { Act, Settings, Step } from './scenario.js';
import { TaskBook, type Task } from './task-book.js';

/** The longest that SQS keeps a message. */
const retentionSeconds = '1209600';

/** A queue, its workers, time, and everything that must hold whatever happens to them. */
export class World {
  readonly clock: ManualClock;
  readonly service: MemoryQueueService;
  readonly book = new TaskBook();
  readonly faults = new Faults();
  readonly workers: ModelWorker[] = [];
  /** Queues of the levels, lowest first. */
  readonly levels: { readonly name: string; readonly url: string }[] = [];
  /** While there is one, handlers wait for it. */
  barrier: Gate | undefined;
  private deadUrl = '';
  private violation: string | undefined;
  private stalledUntil = -1;
  private readonly lines: CommandLog;
  private readonly stranger: MemoryGateway;

  /** With a served memory, workers reach the service over HTTP. */
  constructor(
    readonly settings: Settings,
    private readonly served?: ServedMemory,
  ) {
    this.clock = served?.clock ?? new ManualClock();
    const { expiredHandles } = settings;
    this.service = served?.service ?? new MemoryQueueService({ clock: this.clock, expiredHandles });
    this.lines = new CommandLog(this.clock);
    this.stranger = new MemoryGateway({ service: this.service });
  }

  /** How a new process reaches the service; undefined: directly. */
  connect(): QueueGateway | undefined {
    return this.served?.connect();
  }

  async begin(): Promise<void> {
    const { isFifo, maxReceiveCount } = this.settings;
    const attributes: Record<string, string> = { MessageRetentionPeriod: retentionSeconds };
    if (isFifo) attributes['FifoQueue'] = 'true';
    this.deadUrl = await this.stranger.createQueue(this.deadName, { attributes });
    const { QueueArn: deadLetterTargetArn } = await this.stranger.getQueueAttributes(this.deadUrl);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
    const all = { ...attributes, ...(maxReceiveCount !== undefined && { RedrivePolicy }) };
    for (let level = 0; level < this.settings.priorities; level++) {
      const name = levelName(this.name, level);
      const url = await this.stranger.createQueue(name, { attributes: all });
      this.levels.push({ name, url });
    }
    this.startWorker();
    await this.settle();
  }

  async take(step: Step): Promise<void> {
    this.log(`— ${JSON.stringify(step)}`);
    switch (step.do) {
      case 'send':
        await this.send(step);
        break;
      case 'wait':
        await this.advance(step.ms);
        break;
      case 'stall':
        this.stall(step.ms);
        break;
      case 'start':
        if (this.taking.length < 2) this.startWorker();
        break;
      case 'stop':
        this.taking[step.worker]?.stop(step.exiting);
        break;
      case 'abort':
        this.living[step.worker]?.abort();
        break;
      case 'kill':
        this.living[step.worker]?.kill(step.pollStays);
        break;
      case 'pause':
        this.pause(this.taking[step.worker]);
        break;
      case 'resume':
        this.resume(this.taking[step.worker]);
        break;
      case 'concurrency':
        this.setConcurrency(this.taking[step.worker], step.to);
        break;
      case 'fault':
        this.faults.add(step.fault);
        break;
      case 'snatch':
        await this.snatch(step.count, step.visibilitySeconds);
        break;
      case 'expose':
        await this.expose(step.nth);
        break;
    }
    await this.settle();
  }

  /** Time passes and no timer fires. */
  stall(ms: number): void {
    this.log(`the event loop stands still for ${ms} ms`);
    for (const worker of this.workers) worker.stalls(ms);
    this.clock.stall(ms);
    this.stalledUntil = this.clock.now();
  }

  log(line: string): void {
    this.lines.add(line);
  }

  /** What happened, each line with its milliseconds since the beginning. */
  get commandLog(): string {
    return this.lines.text;
  }

  violated(what: string): void {
    this.log(`!! ${what}`);
    this.violation ??= what;
  }

  nameOf(messageId: string): string {
    const task = this.book.ofMessage(messageId);
    if (task === undefined) return messageId;
    return task.group === undefined ? `#${task.id}` : `#${task.id}/${task.group}`;
  }

  discarded(id: number, worker: ModelWorker): void {
    const task = this.book.get(id);
    task.isDiscarded = true;
    this.log(`${worker.name} discards ${this.nameOf(task.messageId)}`);
    if (!task.mayBeDiscarded) this.violated(`${id} was discarded, and no policy said so`);
  }

  /** I2: nothing is deleted without a success or a policy with a name. */
  deleted(messageId: string, worker: ModelWorker): void {
    const task = this.book.ofMessage(messageId);
    if (task === undefined || this.isDone(task)) return;
    if (this.levels.some(({ name }) => this.inQueue(name).has(messageId))) return;
    this.violated(`${worker.name} deleted ${task.id}, which had not succeeded`);
  }

  /** I3: in order within a group, and one at a time. */
  checkOrder(run: Run): void {
    const { task, worker } = run;
    if (!this.settings.isFifo) return;
    for (const other of this.living.flatMap(({ running }) => [...running])) {
      if (other.task.group !== task.group || other === run) continue;
      const isHere = other.worker === worker;
      if (isHere || (this.isHeldBy(other) && this.isHeldBy(run))) {
        this.violated(`${task.id} starts while ${other.task.id} of its group runs`);
      }
    }
    if (this.isDone(task)) return;
    const early = this.book.before(task).find((before) => !this.isDone(before));
    if (early !== undefined) this.violated(`${task.id} starts before ${early.id} of its group`);
  }

  deadLetterFor(gateway: QueueGateway): DeadLetterHandle | undefined {
    const { maxReceiveCount, isFifo } = this.settings;
    if (maxReceiveCount === undefined) return undefined;
    return { name: this.deadName, url: this.deadUrl, gateway, isFifo, maxReceiveCount };
  }

  /** Of the lowest level. */
  get queueUrl(): string {
    return this.levels[0]?.url ?? '';
  }

  get name(): string {
    return this.settings.isFifo ? 'jobs.fifo' : 'jobs';
  }

  private get deadName(): string {
    return this.settings.isFifo ? 'dead.fifo' : 'dead';
  }

  get living(): ModelWorker[] {
    return this.workers.filter((worker) => !worker.isDead);
  }

  get taking(): ModelWorker[] {
    return this.workers.filter((worker) => worker.isTaking);
  }

  startWorker(): void {
    const name = String.fromCharCode(65 + this.workers.length);
    this.workers.push(new ModelWorker(name, this, this.settings));
  }

  private pause(worker: ModelWorker | undefined): void {
    if (worker === undefined) return;
    worker.isPaused = true;
    worker.engine.pause(this.name);
  }

  resume(worker: ModelWorker | undefined): void {
    if (worker === undefined) return;
    worker.isPaused = false;
    worker.engine.resume(this.name);
  }

  private setConcurrency(worker: ModelWorker | undefined, to: number): void {
    if (worker === undefined) return;
    worker.concurrency = to;
    worker.engine.setConcurrency(this.name, to);
  }

  async send(step: { group: number; delaySeconds: number; tasks: Act[][] }): Promise<void> {
    const { isFifo, priorities } = this.settings;
    // On a standard queue a group is a tenant, and most messages have none.
    const tenant = step.group === 0 ? undefined : `t${step.group}`;
    for (const acts of step.tasks) {
      const id = this.book.all.length;
      const level = (step.group + id) % priorities;
      // Order is kept within a level.
      const group = isFifo ? `g${step.group}${'+'.repeat(level)}` : undefined;
      const groupId = group ?? tenant;
      const [result] = await this.stranger.sendBatch(this.levels[level]?.url ?? '', [
        {
          body: bodyOf('job', id),
          ...(groupId !== undefined && { groupId }),
          ...(isFifo && { deduplicationId: `d${id}` }),
          ...(step.delaySeconds > 0 && { delaySeconds: step.delaySeconds }),
        },
      ]);
      if (!result?.ok) throw new Error('the model could not send');
      const { messageId } = result.value;
      this.book.add({ id, messageId, group, acts, mayBeDiscarded: this.mayBeDiscarded(acts) });
    }
  }

  private mayBeDiscarded(acts: readonly Act[]): boolean {
    const { isFifo, fifoFailure, maxAttempts, maxReceiveCount } = this.settings;
    const hasLastResort = isFifo && fifoFailure === 'hold' && maxReceiveCount === undefined;
    return (
      acts.some(({ kind }) => kind === 'discard') || (hasLastResort && maxAttempts !== undefined)
    );
  }

  private async snatch(maxMessages: number, visibilityTimeoutSeconds: number): Promise<void> {
    const level = this.levels[maxMessages % this.levels.length];
    const got = await this.stranger.receive(level?.url ?? '', {
      maxMessages,
      waitTimeSeconds: 0,
      visibilityTimeoutSeconds,
    });
    this.log(`a stranger got ${got.map(({ messageId }) => this.nameOf(messageId)).join(' ')}`);
  }

  private async expose(nth: number): Promise<void> {
    const receiptHandle = this.living
      .flatMap((worker) => worker.held.unsettled())
      .filter((receipt) => this.isInFlight(receipt))[nth];
    if (receiptHandle === undefined) return;
    this.log(`${this.nameOf(readHandle(receiptHandle)!.messageId)} becomes visible`);
    const entry = { receiptHandle, visibilityTimeoutSeconds: 0 };
    const level = this.levels.find(({ name }) => this.isIn(name, receiptHandle));
    await this.stranger.changeVisibilityBatch(level?.url ?? '', [entry]);
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
    // Where the event loop has only just gone on, timers have not had their turn.
    if (this.clock.now() === this.stalledUntil) return;
    for (const worker of this.living) worker.checkRunning();
    this.throwIfViolated();
  }

  private async settle(): Promise<void> {
    await (this.served?.settled() ?? settlePromises());
    for (const worker of this.living) this.checkHeld(worker);
    this.checkDrains();
    this.throwIfViolated();
  }

  throwIfViolated(): void {
    if (this.violation !== undefined) throw new Error(this.violation);
  }

  isDone(task: Task): boolean {
    return task.hasSucceeded || task.isDiscarded || this.isDeadLettered(task);
  }

  private isDeadLettered(task: Task): boolean {
    const body = bodyOf('job', task.id);
    return this.service.messages(this.deadName).some((message) => message.body === body);
  }

  private inQueue(name: string): Set<string> {
    return new Set(this.service.messages(name).map(({ messageId }) => messageId));
  }

  private isHeldBy({ receipt }: Run): boolean {
    return this.isInFlight(receipt);
  }

  /** The service still holds a message for whoever has this handle. */
  private isInFlight(receiptHandle: string): boolean {
    return this.levels.some(({ name }) => this.isIn(name, receiptHandle));
  }

  private isIn(queueName: string, receiptHandle: string): boolean {
    const handle = readHandle(receiptHandle);
    if (handle === undefined) return false;
    const message = this.service.named(queueName).store.find(handle.messageId);
    return message?.state === 'inflight' && message.receipt === handle.receipt;
  }

  /** I7: what the service holds for a process, the process holds too. */
  private checkHeld(worker: ModelWorker): void {
    const [status] = worker.engine.status().queues;
    if (status === undefined || worker.drain !== undefined) return;
    const { runningCount, prefetchedCount, settlementsWaiting } = status;
    const counted = runningCount + prefetchedCount + settlementsWaiting;
    const held = worker.held.unsettled().filter((receipt) => this.isInFlight(receipt));
    if (held.length <= counted) return;
    this.violated(`${worker.name} counts ${counted} messages, and ${held.length} are held for it`);
  }

  /** I5: a drain ends within its deadline. */
  private checkDrains(): void {
    for (const { drain, isDead, name } of this.workers) {
      if (drain === undefined || drain.isOver || isDead) continue;
      if (this.clock.now() > drain.dueAt) this.violated(`the drain of ${name} does not end`);
    }
  }
}
