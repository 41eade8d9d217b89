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
import { BakedTask } from './baked-task.js';
import { BatchScope, type SendBatch } from './batch-scope.js';
import { collectSends } from './collect-sends.js';
import { KnownQueues } from './known-queues.js';
import { MessageComposer } from './message-composer.js';
import { SendLanes } from './send-lanes.js';
import {
  SendPipeline,
  type ReplyFields,
  type RequestTarget,
  type SendRequest,
} from './send-pipeline.js';
import { SizeLimits } from './size-limits.js';
import { SendsInProgress } from './sends-in-progress.js';

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
 * or for the sake of order (`FifoOrderError`).
 */
export class Producer {
  private readonly pipeline: SendPipeline;
  private readonly lanes: SendLanes;
  private readonly sends = new SendsInProgress();
  private readonly scopes = new SendsInProgress();
  private readonly runLocal: LocalTaskRunner;
  private isClosed = false;

  constructor(parts: ProducerParts) {
    const { options, clock, logger, interceptors, serviceName, taskContext } = parts;
    const taskPriority = parts.taskPriority ?? (() => undefined);
    const random = parts.random ?? Math.random;
    const queues = new KnownQueues(parts.queues);
    const composer = new MessageComposer({ codec: options.codec, serviceName });
    this.lanes = new SendLanes({ options, clock, logger, random });
    this.pipeline = new SendPipeline({
      interceptors,
      queues,
      composer,
      sizeLimits: new SizeLimits(clock),
      taskContext,
      taskPriority,
      random,
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
    return this.scopes.track(this.runScope(fill));
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

  /** Lets what waits leave at once; resolves when all sends made so far have ended, however they end. */
  async flush(): Promise<void> {
    this.lanes.hurry();
    await this.sends.settled();
  }

  /** Refuses further sends and waits for those made so far. Twice is the same as once. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.lanes.hurry();
    await this.scopes.settled();
    await this.sends.settled();
  }

  private async runScope(fill: (batch: SendBatch) => void | Promise<void>): Promise<SendResult[]> {
    const scope = new BatchScope({
      start: (target, data, options, hold) =>
        this.run({ target, data, options, sendPrepared: hold }),
      sendPrepared: (prepared) => this.sends.track(this.lanes.send(prepared)),
    });
    try {
      await fill(scope);
    } catch (error) {
      await scope.abandon(error);
      throw error;
    }
    return scope.end();
  }

  private start(target: RequestTarget, data: unknown, options: SendOptions): Promise<SendResult> {
    return this.sends.track(
      this.run({ target, data, options, sendPrepared: (prepared) => this.lanes.send(prepared) }),
    );
  }

  private async run(request: SendRequest): Promise<SendResult> {
    if (this.isClosed) throw new ProducerClosedError({ queue: request.target.queue });
    return this.pipeline.run(request);
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
