import type { TaskPacket } from '../contracts/format.js';
import type { SendContext, SqsSendInterceptor } from '../contracts/interceptors.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { SendOptions, SendResult } from '../contracts/sending.js';
import type { TaskSchema } from '../contracts/task-contract.js';
import { AsyncValue } from '../primitives/async-value.js';
import { checkOutgoingData } from '../serialization/schemas/check-task-data.js';
import { collectSends } from './collect-sends.js';
import { GroupOrder, outwards, type Place } from './group-order.js';
import type { SendPrepared } from './held-messages.js';
import type { KnownQueues } from './known-queues.js';
import type { MessageComposer, SendIdentity } from './message-composer.js';
import type { OngoingSend, OngoingSends } from './ongoing-sends.js';
import { routeQueues } from './queue-routing.js';
import { runSendChain } from './send-chain.js';
import type { CheckedMessage } from './send-lanes.js';
import { priorityOf, type RunningPriority } from './send-priority.js';
import type { SizeLimits } from './size-limits.js';

/** Where a send goes: a task's contract, or a queue alone for a raw body. */
export interface RequestTarget {
  readonly queue: string;
  readonly pattern?: string;
  readonly schema?: TaskSchema;
  readonly options?: SendOptions;
  /** Makes the task a request. */
  readonly reply?: ReplyFields;
}

/** What a request says beside its task: its id, and where and how long its sender waits. */
export type ReplyFields = Required<Pick<TaskPacket, 'id' | 'replyTo' | 'expiresAt'>>;

export interface SendRequest {
  readonly target: RequestTarget;
  readonly data: unknown;
  readonly options: SendOptions;
  /** Takes the message once it is ready. */
  readonly sendPrepared: SendPrepared;
  /** It is part of a `batch()`. */
  readonly isInBatch?: boolean;
}

export interface SendPipelineParts {
  interceptors: readonly SqsSendInterceptor[];
  queues: KnownQueues;
  composer: MessageComposer;
  sizeLimits: SizeLimits;
  /** The context of the task or request that is running, where there is one. */
  taskContext?: (() => Record<string, unknown> | undefined) | undefined;
  /** For sends that inherit it. */
  taskPriority: RunningPriority;
  /** Answers a number from 0 up to 1. */
  random: () => number;
  ongoing: OngoingSends;
}

interface Send {
  readonly ongoing: OngoingSend;
  readonly context: SendContext;
  readonly request: SendRequest;
  readonly identity: SendIdentity;
  readonly place: Place | undefined;
}

/** From `send()` to a message that is ready: route, intercept, check, encode. Without waiting where nothing has to wait. */
export class SendPipeline {
  private readonly order = new GroupOrder();
  /**
   * The send that is being prepared, for those that its interceptors make. Entered only where something could make one:
   * on Node 20 the first entered context makes every promise of the process slower.
   */
  private readonly preparing = new AsyncValue<Place>();

  constructor(private readonly parts: SendPipelineParts) {}

  run(request: SendRequest): Promise<SendResult> {
    try {
      return this.start(request);
    } catch (error) {
      // A routing rule, or a function in the options, threw.
      return Promise.reject(error);
    }
  }

  private start(request: SendRequest): Promise<SendResult> {
    const options = this.optionsOf(request);
    const { data, target } = request;
    const queues = routeQueues({ data, options, queue: target.queue, random: this.parts.random });
    const isOne = queues.length === 1 && options.routing !== 'broadcast';
    if (isOne) return this.sendTo(queues[0], request, options);
    return this.broadcast(queues, request, options);
  }

  /** The running context is taken when the send is made: what changes it afterwards is for later sends. */
  private optionsOf({ target, options }: SendRequest): SendOptions {
    const merged = { ...target.options, ...options };
    const running = this.parts.taskContext?.();
    if (running === undefined) return merged;
    return { ...merged, taskContext: { ...running, ...merged.taskContext } };
  }

  private async broadcast(
    queues: readonly string[],
    request: SendRequest,
    options: SendOptions,
  ): Promise<SendResult> {
    const { pattern } = request.target;
    const sends = queues.map((queue, index) => {
      return {
        index,
        queue,
        pattern,
        data: request.data,
        sending: this.sendTo(queue, request, options),
      };
    });
    const results = await collectSends(sends);
    return { ...results[0], broadcast: results };
  }

  /** The sends whose interceptors or schema call, the innermost first. */
  within(): OngoingSend[] {
    return [...outwards(this.preparing.get())].map(({ send }) => send);
  }

  private sendTo(queue: string, request: SendRequest, options: SendOptions): Promise<SendResult> {
    const { data, target, isInBatch = false } = request;
    const context: SendContext = { pattern: target.pattern, data, options: { ...options }, queue };
    const ongoing = this.parts.ongoing.begin(queue);
    ongoing.isInBatch = isInBatch;
    // It never rejects: how it ends reaches the sender through the ongoing send.
    void this.prepare(ongoing, context, request);
    return ongoing.promise;
  }

  private async prepare(
    ongoing: OngoingSend,
    context: SendContext,
    request: SendRequest,
  ): Promise<void> {
    let place: Place | undefined;
    try {
      place = this.placeOf(ongoing, context);
      ongoing.resolve(await this.throughChain({ ongoing, context, request, identity: {}, place }));
    } catch (error) {
      ongoing.reject(error);
    } finally {
      place?.end();
    }
  }

  private placeOf(ongoing: OngoingSend, { queue, options }: SendContext): Place | undefined {
    const groupId = queue.endsWith('.fifo') ? options.groupId : undefined;
    if (groupId === undefined && this.parts.interceptors.length === 0) return undefined;
    return this.order.enter(ongoing, groupId, this.preparing.get());
  }

  private throughChain(send: Send): Promise<SendResult> {
    const { interceptors } = this.parts;
    const { context, request, place } = send;
    const run = () => runSendChain(interceptors, context, () => this.deliver(send));
    const isAlone = interceptors.length === 0 && request.target.schema === undefined;
    return place === undefined || isAlone ? run() : this.preparing.run(place, run);
  }

  private async deliver({ ongoing, context, request, identity, place }: Send): Promise<SendResult> {
    const { schema, reply } = request.target;
    if (schema !== undefined) {
      ongoing.at('schema');
      await applySchema(schema, context);
    }
    ongoing.at('queue-lookup');
    ongoing.queue = context.queue;
    const found = this.parts.queues.find(context.queue);
    const queue = found instanceof Promise ? await found : found;
    const level = levelOf(queue, context, this.parts.taskPriority);
    const { priority } = level;
    const compose = () =>
      this.parts.composer.compose(level.queue, context, { identity, reply, priority });
    let checked: CheckedMessage;
    try {
      checked = compose();
    } catch (error) {
      if (!(await this.parts.sizeLimits.hasGrown(level.queue, error))) throw error;
      checked = compose();
    }
    ongoing.at('group-order');
    const turn = place?.turn();
    if (turn !== undefined) await turn;
    const sending = request.sendPrepared(checked, ongoing);
    place?.pass();
    const result = resultOf(queue, priority, await sending);
    ongoing.accept(result);
    return result;
  }
}

// After the interceptors, so that what they make of the data is checked too.
async function applySchema(schema: TaskSchema, context: SendContext): Promise<void> {
  context.data = await checkOutgoingData(context.pattern ?? '', schema, context.data);
}

interface Level {
  readonly queue: QueueHandle;
  /** Undefined where the queue has no priorities. */
  readonly priority: number | undefined;
}

/** After the schema too, so that a function of the data gets what is sent. */
function levelOf(queue: QueueHandle, send: SendContext, running: RunningPriority): Level {
  const priority = priorityOf(queue, send, running);
  if (queue.levels === undefined) return { queue, priority: undefined };
  return { queue: queue.levels[priority] ?? queue, priority };
}

function resultOf(
  { name: queue }: QueueHandle,
  priority: number | undefined,
  { messageId, sequenceNumber }: Omit<SendResult, 'queue'>,
): SendResult {
  const result: SendResult = { messageId, queue };
  if (sequenceNumber !== undefined) result.sequenceNumber = sequenceNumber;
  if (priority !== undefined) result.priority = priority;
  return result;
}
