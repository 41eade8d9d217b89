import type { Clock } from '../contracts/clock.js';
import {
  InvalidFifoIdError,
  ProducerClosedError,
  TaskNotFoundError,
} from '../contracts/errors/index.js';
import type { LocalTaskRunner } from '../contracts/handlers.js';
import type { SqsSendInterceptor } from '../contracts/interceptors.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ResolvedProducerOptions } from '../contracts/options/index.js';
import type { QueueLookup } from '../contracts/queue-handle.js';
import type { SendOptions, SendResult, TaskTarget } from '../contracts/sending.js';
import type { TaskContract } from '../contracts/task-contract.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { settledWithin } from '../primitives/wait.js';
import { BakedTask } from './baked-task.js';
import { BatchScope, type SendBatch } from './batch-scope.js';
import { collectSends } from './collect-sends.js';
import type { SendPrepared } from './held-messages.js';
import { KnownQueues } from './known-queues.js';
import { MessageComposer } from './message-composer.js';
import { OngoingSends } from './ongoing-sends.js';
import { SendLanes } from './send-lanes.js';
import {
  SendPipeline,
  type ReplyFields,
  type RequestTarget,
  type SendRequest,
} from './send-pipeline.js';
import { SizeLimits } from './size-limits.js';

export interface ProducerParts {
  queues: QueueLookup;
  /** Around each send, the first outermost. */
  interceptors: readonly SqsSendInterceptor[];
  options: ResolvedProducerOptions;
  clock: Clock;
  logger: SqsLogger;
  /** Sent with each task as the attribute `service_name`. */
  serviceName?: string | undefined;
  /** The context of the task or request that is running, where there is one. */
  taskContext?: (() => Record<string, unknown> | undefined) | undefined;
  /** Level of the task that is running, for sends that inherit it. @default none */
  taskPriority?: (() => number | undefined) | undefined;
  /** What a baked task runs here instead of sending; without it no handler is found. */
  runLocal?: LocalTaskRunner | undefined;
  /** Answers a number from 0 up to 1. @default Math.random */
  random?: () => number;
}

/** A contract, or just a queue and a pattern. */
export type SendTarget<Input> = TaskContract<Input, unknown> | TaskTarget;

/**
 * Sends tasks. Sends that are made at the same time share requests by themselves; each has its own promise, which resolves
 * once SQS has accepted the message and rejects where it was refused here (`RefusedSendError`), by SQS (`SendFailedError`),
 * for the sake of order (`FifoOrderError`), or when its time is over (`SendGivenUpError`).
 */
export class Producer {
  private readonly pipeline: SendPipeline;
  private readonly lanes: SendLanes;
  private readonly sends: OngoingSends;
  private readonly scopes = new Map<BatchScope, Promise<unknown>>();
  private readonly runLocal: LocalTaskRunner;
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: ProducerParts) {
    const { options, clock, interceptors, serviceName, taskContext } = parts;
    const logger = containedLogger(parts.logger);
    const taskPriority = parts.taskPriority ?? (() => undefined);
    const random = parts.random ?? Math.random;
    const queues = new KnownQueues(parts.queues);
    const composer = new MessageComposer({ codec: options.codec, serviceName, logger });
    this.lanes = new SendLanes({ options, clock, logger, random });
    const onGivenUp = (): void => this.lanes.dropGivenUp();
    this.sends = new OngoingSends({ options, clock, logger, onGivenUp });
    this.pipeline = new SendPipeline({
      interceptors,
      queues,
      composer,
      sizeLimits: new SizeLimits(clock),
      taskContext,
      taskPriority,
      random,
      ongoing: this.sends,
    });
    this.runLocal = parts.runLocal ?? notFound;
  }

  /** Sends one task. */
  send<Input>(
    target: SendTarget<Input>,
    data: NoInfer<Input>,
    options: SendOptions = {},
  ): Promise<SendResult> {
    return this.start(target, data, options);
  }

  /** Sends one task as a request: whoever runs it replies to `reply.replyTo`. */
  request(
    target: TaskTarget,
    data: unknown,
    reply: ReplyFields,
    options: SendOptions = {},
  ): Promise<SendResult> {
    return this.start({ ...target, reply }, data, options);
  }

  /**
   * Sends any number of tasks, in as few requests as they need.
   * @throws PartialSendError where some were not sent; it lists both sides
   */
  async sendMany<Input>(
    target: SendTarget<Input>,
    datas: readonly NoInfer<Input>[],
    options: SendOptions = {},
  ): Promise<SendResult[]> {
    if (datas.length > 1) refuseSharedId(target, options);
    const { queue, pattern } = target;
    return collectSends(
      datas.map((data, index) => {
        return { index, queue, pattern, data, sending: this.start(target, data, options) };
      }),
    );
  }

  /**
   * Gathers the sends of a callback: they leave ten at a time, or when 1 MiB is full, and at the end. Where the callback
   * throws, what has not left is not sent.
   * @throws PartialSendError where some were not sent, or what the callback throws
   */
  batch(fill: (batch: SendBatch) => void | Promise<void>): Promise<SendResult[]> {
    const scope = this.openScope();
    const batch = this.fillScope(scope, fill);
    this.scopes.set(scope, batch);
    const forget = () => void this.scopes.delete(scope);
    batch.then(forget, forget);
    return batch;
  }

  /** Prepares a send that can be stored, and made later or more than once. */
  bake<Input>(
    target: SendTarget<Input>,
    data: NoInfer<Input>,
    options: SendOptions = {},
  ): BakedTask {
    return new BakedTask({
      target,
      data,
      options,
      send: () => this.start(target, data, options),
      runLocal: () => this.runLocal(target, data),
    });
  }

  /** Sends a body byte for byte: no envelope, no attributes but those given. */
  sendRaw(queue: string, body: string, options: SendOptions = {}): Promise<SendResult> {
    return this.start({ queue }, body, options);
  }

  /**
   * Lets what waits leave at once; resolves when all sends made so far have ended, however they end: at the latest when
   * their `sendTimeoutMs` is over. Called within a send, by its interceptors, it does not wait for that send.
   */
  async flush(): Promise<void> {
    this.lanes.hurry();
    await this.sends.settled(this.pipeline.within());
  }

  /**
   * Refuses further sends, but those that interceptors make for one that is under way, and waits for those made so far,
   * `closeTimeoutMs` at most: what has not ended then is given up, its promise rejects (`SendGivenUpError`), and one log
   * line counts it. Idempotent.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** For a process that exits: refuses further sends, and gives up at once what has not ended. */
  async giveUp(): Promise<void> {
    this.closing ??= Promise.resolve();
    const ended = Promise.allSettled([...this.scopes.values(), this.sends.settled()]);
    this.giveUpAll('exiting');
    await ended;
  }

  private async end(): Promise<void> {
    const { clock, options } = this.parts;
    this.lanes.hurry();
    if (await settledWithin(this.allSettled(), options.closeTimeoutMs, clock)) return;
    this.giveUpAll('closed');
    await this.allSettled();
  }

  private giveUpAll(why: 'closed' | 'exiting'): void {
    for (const scope of this.scopes.keys()) scope.giveUp(new ProducerClosedError({}));
    this.sends.giveUpAll(why);
  }

  /** Those too that sends made meanwhile. */
  private async allSettled(): Promise<void> {
    do {
      await Promise.allSettled(this.scopes.values());
      await this.sends.settled();
    } while (this.sends.count > 0);
  }

  private openScope(): BatchScope {
    return new BatchScope({
      clock: this.parts.clock,
      start: (target, data, options, hold) =>
        this.run({ target, data, options, sendPrepared: hold, isInBatch: true }),
      sendPrepared: this.sendPrepared,
    });
  }

  private async fillScope(
    scope: BatchScope,
    fill: (batch: SendBatch) => void | Promise<void>,
  ): Promise<SendResult[]> {
    try {
      await scope.during(fill(scope));
    } catch (error) {
      await scope.abandon(error);
      throw error;
    }
    return scope.end();
  }

  private start(target: RequestTarget, data: unknown, options: SendOptions): Promise<SendResult> {
    return this.run({ target, data, options, sendPrepared: this.sendPrepared });
  }

  private readonly sendPrepared: SendPrepared = (checked, ongoing) =>
    this.lanes.send(checked, ongoing);

  private run(request: SendRequest): Promise<SendResult> {
    if (!this.isClosed) return this.pipeline.run(request);
    return Promise.reject(new ProducerClosedError({ queue: request.target.queue }));
  }

  /** What a send needs that is under way, it may still send. */
  private get isClosed(): boolean {
    return this.closing !== undefined && !this.pipeline.within().some((send) => !send.hasEnded);
  }
}

async function notFound({ pattern }: TaskTarget): Promise<never> {
  throw new TaskNotFoundError({ pattern });
}

// One id for several messages would make them one message.
function refuseSharedId({ queue }: RequestTarget, { deduplicationId }: SendOptions): void {
  if (deduplicationId === undefined) return;
  const problem = 'sendMany() cannot give one id to several messages; send them one by one';
  throw new InvalidFifoIdError({ queue, field: 'deduplicationId', problem });
}
