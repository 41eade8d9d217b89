import { randomUUID } from 'node:crypto';
import type { Clock } from '../../contracts/clock.js';
import type { MoveTaskRequest, MoveTaskStatus } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import type { MemoryQueue } from './memory-queue.js';
import { Refusal } from './refusals.js';
import type { NewMessage, StoredMessage } from './stored-message.js';

interface Collaborators {
  clock: Clock;
  findQueue(arn: string): MemoryQueue | undefined;
  isDeadLetterQueue(arn: string): boolean;
}

/**
 * Moves what lies in dead-letter queues, so many a second. No timer runs for it: the steps that are due are made up
 * for whenever somebody looks, each at its own time.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html}
 */
export class MoveTasks {
  private readonly running = new Map<string, MoveTask>();
  private readonly bySource = new Map<string, MoveTask[]>();

  constructor(private readonly parts: Collaborators) {}

  // Source: a dead-letter queue, one running task each: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
  start(request: MoveTaskRequest): string {
    const source = this.queue('SourceArn', request.sourceArn);
    if (request.destinationArn !== undefined) this.checkDestination(source, request.destinationArn);
    this.checkSource(request.sourceArn);
    const task = this.newTask(request, source);
    this.running.set(task.handle, task);
    this.listed(request.sourceArn).unshift(task);
    this.listed(request.sourceArn).splice(SQS_LIMITS.moveTasksListed);
    if (task.toMoveCount === 0) this.end(task, 'COMPLETED');
    return task.handle;
  }

  // The handle is shown only while the task runs: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
  list(sourceArn: string): MoveTaskStatus[] {
    this.queue('SourceArn', sourceArn);
    return this.listed(sourceArn).map(asStatus);
  }

  // What was moved stays moved: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
  cancel(handle: string): number {
    const task = this.running.get(handle);
    if (task === undefined) {
      throw new Refusal('ResourceNotFoundException', 'There is no running task with this handle.');
    }
    this.end(task, 'CANCELLED');
    return task.movedCount;
  }

  get nextAt(): number | undefined {
    let next: number | undefined;
    for (const task of this.running.values()) next = Math.min(next ?? Infinity, nextStepAt(task));
    return next;
  }

  /** Makes the steps that are due, in the order of their times. */
  catchUp(): void {
    const now = this.parts.clock.now();
    for (let task = this.dueAt(now); task !== undefined; task = this.dueAt(now)) this.step(task);
  }

  private dueAt(now: number): MoveTask | undefined {
    let due: MoveTask | undefined;
    for (const task of this.running.values()) {
      if (nextStepAt(task) > now) continue;
      if (due === undefined || nextStepAt(task) < nextStepAt(due)) due = task;
    }
    return due;
  }

  private step(task: MoveTask): void {
    const at = nextStepAt(task);
    task.steps++;
    task.source.settle(at);
    const allowed = Math.floor(((at - task.startedAt) * task.perSecond) / 1_000 + ROUNDING);
    while (task.state === 'RUNNING' && task.movedCount < allowed) this.moveOne(task, at);
  }

  private moveOne(task: MoveTask, at: number): void {
    if (this.parts.findQueue(task.sourceArn) !== task.source) return this.end(task, 'FAILED');
    const message = task.source.store.next({});
    if (message === undefined) return this.end(task, 'COMPLETED');
    const arn = task.destinationArn ?? message.facts.deadLetterSourceArn;
    const destination = arn === undefined ? undefined : this.parts.findQueue(arn);
    if (destination === undefined) return this.fail(task, arn);
    task.source.store.remove(message);
    destination.accept(this.moved(message, at), at);
    task.movedCount++;
    if (task.source.store.counts.visible === 0) this.end(task, 'COMPLETED');
  }

  // A new message id and a new time of sending (page of the class).
  private moved(message: StoredMessage, at: number): NewMessage {
    const messageId = randomUUID();
    const sentAt = this.parts.clock.wallNow() - (this.parts.clock.now() - at);
    const deduplicationId = message.facts.deduplicationId === undefined ? undefined : messageId;
    return {
      ...message.facts,
      messageId,
      deduplicationId,
      deadLetterSourceArn: undefined,
      enqueuedAt: at,
      sentAt,
    };
  }

  private end(task: MoveTask, state: MoveTaskStatus['status']): void {
    task.state = state;
    this.running.delete(task.handle);
  }

  private fail(task: MoveTask, arn: string | undefined): void {
    task.failureReason =
      arn === undefined
        ? 'CouldNotDetermineMessageSource'
        : 'AWS.SimpleQueueService.NonExistentQueue';
    this.end(task, 'FAILED');
  }

  private newTask(request: MoveTaskRequest, source: MemoryQueue): MoveTask {
    const perSecond = request.maxMessagesPerSecond ?? SQS_LIMITS.moveTaskMessagesPerSecond;
    checkRate(perSecond);
    return {
      handle: `move/${randomUUID()}`,
      sourceArn: request.sourceArn,
      destinationArn: request.destinationArn,
      source,
      perSecond,
      stepMs: Math.max(1_000 / perSecond, SHORTEST_STEP_MS),
      startedAt: this.parts.clock.now(),
      startedAtWall: this.parts.clock.wallNow(),
      steps: 0,
      movedCount: 0,
      toMoveCount: source.store.counts.visible,
      state: 'RUNNING',
      failureReason: undefined,
    };
  }

  private checkSource(sourceArn: string): void {
    if (!this.parts.isDeadLetterQueue(sourceArn)) {
      throw invalid('Source queue must be configured as a Dead Letter Queue.');
    }
    if (this.listed(sourceArn)[0]?.state === 'RUNNING') {
      throw invalid(
        'There is already a task running. Only one active task is allowed for a source queue.',
      );
    }
  }

  private checkDestination(source: MemoryQueue, arn: string): void {
    const destination = this.queue('DestinationArn', arn);
    if (destination === source) throw invalid('Source and destination must be different queues.');
    if (destination.isFifo !== source.isFifo) {
      throw invalid('Source and destination must be queues of the same type.');
    }
  }

  private queue(parameter: string, arn: string): MemoryQueue {
    const queue = this.parts.findQueue(arn);
    if (queue !== undefined) return queue;
    throw new Refusal(
      'ResourceNotFoundException',
      `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    );
  }

  private listed(sourceArn: string): MoveTask[] {
    const known = this.bySource.get(sourceArn) ?? [];
    this.bySource.set(sourceArn, known);
    return known;
  }
}

interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly source: MemoryQueue;
  readonly perSecond: number;
  readonly stepMs: number;
  readonly startedAt: number;
  readonly startedAtWall: number;
  readonly toMoveCount: number;
  steps: number;
  movedCount: number;
  state: MoveTaskStatus['status'];
  failureReason: string | undefined;
}

/** Fast tasks move several messages a step, so that 500 a second do not mean 500 wake-ups. */
const SHORTEST_STEP_MS = 100;
/** Keeps a step that is due exactly from losing its message to the rounding of fractions. */
const ROUNDING = 1e-6;

function nextStepAt(task: MoveTask): number {
  return task.startedAt + (task.steps + 1) * task.stepMs;
}

function asStatus(task: MoveTask): MoveTaskStatus {
  return {
    ...(task.state === 'RUNNING' && { taskHandle: task.handle }),
    ...(task.destinationArn !== undefined && { destinationArn: task.destinationArn }),
    ...(task.failureReason !== undefined && { failureReason: task.failureReason }),
    status: task.state,
    sourceArn: task.sourceArn,
    movedCount: task.movedCount,
    toMoveCount: task.toMoveCount,
    startedAt: task.startedAtWall,
  };
}

function checkRate(perSecond: number): void {
  const highest = SQS_LIMITS.moveTaskMessagesPerSecond;
  if (Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= highest) return;
  throw invalid(`MaxNumberOfMessagesPerSecond must be from 1 to ${highest}, got ${perSecond}.`);
}

function invalid(detail: string): Refusal {
  return new Refusal('InvalidParameterValue', detail);
}
