import { GatewayError } from '../../contracts/errors/index.js';
import type {
  CallOptions,
  CreateQueueOptions,
  EntryResult,
  MoveTaskRequest,
  MoveTaskStatus,
  OutgoingMessage,
  QueueGateway,
  ReceivedMessage,
  ReceiveRequest,
  SentMessage,
  VisibilityChange,
} from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { EndedCall, OpenCalls } from './open-calls.js';
import type { MemoryQueueService } from './memory-queue-service.js';
import type { Operation } from './operations.js';
import { describeAttributes } from './attribute-report.js';
import { Refusal } from './refusals.js';

/** One client's view of a `MemoryQueueService`. Closing it ends its own calls; the queues stay. */
export class MemoryGateway implements QueueGateway {
  readonly kind = 'memory';
  private readonly service: MemoryQueueService;
  private readonly open = new OpenCalls();

  constructor(parts: { service: MemoryQueueService }) {
    this.service = parts.service;
  }

  getQueueUrl(queueName: string): Promise<string> {
    const call = { operation: 'GetQueueUrl', queue: queueName, request: {} } as const;
    return this.call(call, () => this.service.named(queueName).facts.url);
  }

  createQueue(queueName: string, options: CreateQueueOptions = {}): Promise<string> {
    const call = { operation: 'CreateQueue', queue: queueName, request: options } as const;
    return this.call(call, () => this.service.create(queueName, options));
  }

  deleteQueue(queueUrl: string): Promise<void> {
    const call = { operation: 'DeleteQueue', queue: queueUrl, request: {} } as const;
    return this.call(call, () => this.service.delete(queueUrl));
  }

  async *listQueueUrls(namePrefix = ''): AsyncGenerator<string> {
    let start = 0;
    for (let more = true; more; start += SQS_LIMITS.listQueuesPage) {
      const page = await this.listPage(namePrefix, start);
      yield* page;
      more = page.length === SQS_LIMITS.listQueuesPage;
    }
  }

  async *listDeadLetterSourceUrls(queueUrl: string): AsyncGenerator<string> {
    const call = {
      operation: 'ListDeadLetterSourceQueues',
      queue: queueUrl,
      request: {},
    } as const;
    yield* await this.call(call, () => this.service.urlsOfSources(queueUrl));
  }

  getQueueAttributes(
    queueUrl: string,
    names: readonly string[] = ['All'],
  ): Promise<Record<string, string>> {
    const call = { operation: 'GetQueueAttributes', queue: queueUrl, request: names } as const;
    return this.call(call, () => describeAttributes(this.service.at(queueUrl), names));
  }

  setQueueAttributes(queueUrl: string, attributes: Record<string, string>): Promise<void> {
    const call = { operation: 'SetQueueAttributes', queue: queueUrl, request: attributes } as const;
    return this.call(call, () => this.service.setAttributes(queueUrl, attributes));
  }

  purgeQueue(queueUrl: string): Promise<void> {
    const call = { operation: 'PurgeQueue', queue: queueUrl, request: {} } as const;
    return this.call(call, () => this.service.at(queueUrl).purge());
  }

  tagQueue(queueUrl: string, tags: Record<string, string>): Promise<void> {
    const call = { operation: 'TagQueue', queue: queueUrl, request: tags } as const;
    return this.call(call, () => void Object.assign(this.service.at(queueUrl).facts.tags, tags));
  }

  listQueueTags(queueUrl: string): Promise<Record<string, string>> {
    const call = { operation: 'ListQueueTags', queue: queueUrl, request: {} } as const;
    return this.call(call, () => ({ ...this.service.at(queueUrl).facts.tags }));
  }

  sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
    options?: CallOptions,
  ): Promise<EntryResult<SentMessage>[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const call = { operation: 'SendMessageBatch', queue: queueUrl, request: entries } as const;
    return this.call(call, () => this.service.at(queueUrl).send(entries), options);
  }

  receive(
    queueUrl: string,
    request: ReceiveRequest,
    options?: CallOptions,
  ): Promise<ReceivedMessage[]> {
    const call = { operation: 'ReceiveMessage', queue: queueUrl, request } as const;
    return this.call(call, () => this.receiveOrWait(queueUrl, request, options), options);
  }

  deleteBatch(
    queueUrl: string,
    receiptHandles: readonly string[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (receiptHandles.length === 0) return Promise.resolve([]);
    const call = {
      operation: 'DeleteMessageBatch',
      queue: queueUrl,
      request: receiptHandles,
    } as const;
    return this.call(call, () => this.service.at(queueUrl).delete(receiptHandles), options);
  }

  changeVisibilityBatch(
    queueUrl: string,
    entries: readonly VisibilityChange[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const call = {
      operation: 'ChangeMessageVisibilityBatch',
      queue: queueUrl,
      request: entries,
    } as const;
    return this.call(call, () => this.service.at(queueUrl).changeVisibility(entries), options);
  }

  startMoveTask(request: MoveTaskRequest): Promise<string> {
    const call = { operation: 'StartMessageMoveTask', queue: request.sourceArn, request } as const;
    return this.call(call, () => this.service.startMoveTask(request));
  }

  listMoveTasks(sourceArn: string): Promise<MoveTaskStatus[]> {
    const call = { operation: 'ListMessageMoveTasks', queue: sourceArn, request: {} } as const;
    return this.call(call, () => this.service.listMoveTasks(sourceArn));
  }

  cancelMoveTask(taskHandle: string): Promise<number> {
    const call = { operation: 'CancelMessageMoveTask', queue: '', request: taskHandle } as const;
    return this.call(call, () => this.service.cancelMoveTask(taskHandle));
  }

  /** Twice is the same as once. */
  async close(): Promise<void> {
    this.open.endAll();
  }

  private listPage(prefix: string, start: number): Promise<string[]> {
    const call = { operation: 'ListQueues', queue: prefix, request: { start } } as const;
    const end = start + SQS_LIMITS.listQueuesPage;
    return this.call(call, () => this.service.urlsWithPrefix(prefix).slice(start, end));
  }

  private receiveOrWait(
    queueUrl: string,
    request: ReceiveRequest,
    options: CallOptions | undefined,
  ): ReceivedMessage[] | Promise<ReceivedMessage[]> {
    const queue = this.service.at(queueUrl);
    const messages = queue.receive(request);
    if (messages.length > 0 || request.waitTimeSeconds === 0) return messages;
    return this.open.run((ended) => queue.polls.wait(request, ended), options?.signal);
  }

  private async call<T>(
    call: Call,
    answer: () => T | Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    this.service.calls.add(call.operation, call.queue);
    try {
      this.open.check(options.signal);
      const delay = this.before(call, options.signal);
      if (delay !== undefined) await delay;
      return await this.after(call, await answer(), options.signal);
    } catch (error) {
      throw asGatewayError(error, call);
    }
  }

  // Without hooks a call has taken effect before it returns its promise.
  private before(call: Call, signal: AbortSignal | undefined): Promise<void> | undefined {
    const hook = this.service.beforeCall?.(call.operation, call.queue, call.request);
    return hook === undefined ? undefined : this.open.run(() => hook, signal);
  }

  private async after<T>(call: Call, answer: T, signal: AbortSignal | undefined): Promise<T> {
    const hook = this.service.afterCall;
    if (hook === undefined) return answer;
    const changed = hook(call.operation, call.queue, call.request, answer);
    const given = await this.open.run(() => Promise.resolve(changed), signal);
    return given === undefined ? answer : (given as T);
  }
}

interface Call {
  operation: Operation;
  queue: string;
  request: unknown;
}

function asGatewayError(error: unknown, call: Call): unknown {
  const queue = call.queue === '' ? undefined : call.queue;
  if (error instanceof Refusal) return error.toGatewayError(call.operation, queue);
  if (!(error instanceof EndedCall)) return error;
  const { operation } = call;
  return new GatewayError({
    kind: 'aborted',
    operation,
    queue,
    detail: error.message,
    cause: error.cause,
  });
}
