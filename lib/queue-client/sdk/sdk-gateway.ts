import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  type ListMessageMoveTasksResultEntry,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import {
  GatewayError,
  SQS_LIMITS,
  type CallOptions,
  type CreateQueueOptions,
  type EntryResult,
  type GetQueueUrlOptions,
  type MoveTaskRequest,
  type MoveTaskStatus,
  type OutgoingMessage,
  type QueueGateway,
  type ReceivedMessage,
  type ReceiveRequest,
  type SentMessage,
  type SqsLogger,
  type VisibilityChange,
} from '../../contracts/index.js';
import { toGatewayError, type CallFacts } from './sdk-errors.js';
import { alignResults, toReceivedMessage, toSendEntry } from './sdk-messages.js';

export interface SdkGatewaySetup {
  client: SQSClient;
  /** True where the client was made for this gateway, so that closing the gateway ends it. */
  ownsClient: boolean;
  /** How many receives may be open at once. @default no bound */
  maxOpenReceives?: number;
  logger: SqsLogger;
}

/** The queue service through the AWS SDK. */
export class SdkGateway implements QueueGateway {
  readonly kind = 'sdk';
  readonly maxOpenReceives: number | undefined;
  private readonly client: SQSClient;
  private isClosed = false;

  constructor(private readonly setup: SdkGatewaySetup) {
    this.client = setup.client;
    this.maxOpenReceives = setup.maxOpenReceives;
  }

  async sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
    options?: CallOptions,
  ): Promise<EntryResult<SentMessage>[]> {
    if (entries.length === 0) return [];
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map(toSendEntry),
    });
    const answer = await this.call('SendMessageBatch', queueUrl, options, (send) =>
      this.client.send(command, send),
    );
    return alignResults(entries.length, answer, ({ MessageId, SequenceNumber }) =>
      SequenceNumber === undefined
        ? { messageId: MessageId ?? '' }
        : { messageId: MessageId ?? '', sequenceNumber: SequenceNumber },
    );
  }

  async receive(
    queueUrl: string,
    request: ReceiveRequest,
    options?: CallOptions,
  ): Promise<ReceivedMessage[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: request.maxMessages,
      WaitTimeSeconds: request.waitTimeSeconds,
      VisibilityTimeout: request.visibilityTimeoutSeconds,
      ReceiveRequestAttemptId: request.receiveRequestAttemptId,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    const answer = await this.call('ReceiveMessage', queueUrl, options, (send) =>
      this.client.send(command, send),
    );
    return this.readMessages(queueUrl, answer.Messages ?? []);
  }

  async deleteBatch(
    queueUrl: string,
    receiptHandles: readonly string[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (receiptHandles.length === 0) return [];
    const command = new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: receiptHandles.map((handle, index) => ({
        Id: String(index),
        ReceiptHandle: handle,
      })),
    });
    const answer = await this.call('DeleteMessageBatch', queueUrl, options, (send) =>
      this.client.send(command, send),
    );
    return alignResults(receiptHandles.length, answer, nothing);
  }

  async changeVisibilityBatch(
    queueUrl: string,
    entries: readonly VisibilityChange[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (entries.length === 0) return [];
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map((entry, index) => ({
        Id: String(index),
        ReceiptHandle: entry.receiptHandle,
        VisibilityTimeout: entry.visibilityTimeoutSeconds,
      })),
    });
    const answer = await this.call('ChangeMessageVisibilityBatch', queueUrl, options, (send) =>
      this.client.send(command, send),
    );
    return alignResults(entries.length, answer, nothing);
  }

  async getQueueUrl(queueName: string, options?: GetQueueUrlOptions): Promise<string> {
    const command = new GetQueueUrlCommand({
      QueueName: queueName,
      QueueOwnerAWSAccountId: options?.ownerAccountId,
    });
    const answer = await this.call('GetQueueUrl', queueName, undefined, () =>
      this.client.send(command),
    );
    return present(answer.QueueUrl, { operation: 'GetQueueUrl', queue: queueName });
  }

  async createQueue(queueName: string, options?: CreateQueueOptions): Promise<string> {
    const command = new CreateQueueCommand({
      QueueName: queueName,
      Attributes: options?.attributes,
      tags: options?.tags,
    });
    const answer = await this.call('CreateQueue', queueName, undefined, () =>
      this.client.send(command),
    );
    return present(answer.QueueUrl, { operation: 'CreateQueue', queue: queueName });
  }

  async deleteQueue(queueUrl: string): Promise<void> {
    await this.call('DeleteQueue', queueUrl, undefined, () =>
      this.client.send(new DeleteQueueCommand({ QueueUrl: queueUrl })),
    );
  }

  async *listQueueUrls(namePrefix?: string): AsyncIterable<string> {
    let next: string | undefined;
    do {
      const page = await this.listPage(namePrefix, next);
      yield* page.QueueUrls ?? [];
      next = page.NextToken;
    } while (next !== undefined && next !== '');
  }

  async getQueueAttributes(
    queueUrl: string,
    names?: readonly string[],
  ): Promise<Record<string, string>> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [...(names ?? ['All'])] as QueueAttributeName[],
    });
    const answer = await this.call('GetQueueAttributes', queueUrl, undefined, () =>
      this.client.send(command),
    );
    return { ...answer.Attributes };
  }

  async setQueueAttributes(queueUrl: string, attributes: Record<string, string>): Promise<void> {
    const command = new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: attributes });
    await this.call('SetQueueAttributes', queueUrl, undefined, () => this.client.send(command));
  }

  async purgeQueue(queueUrl: string): Promise<void> {
    await this.call('PurgeQueue', queueUrl, undefined, () =>
      this.client.send(new PurgeQueueCommand({ QueueUrl: queueUrl })),
    );
  }

  async tagQueue(queueUrl: string, tags: Record<string, string>): Promise<void> {
    await this.call('TagQueue', queueUrl, undefined, () =>
      this.client.send(new TagQueueCommand({ QueueUrl: queueUrl, Tags: tags })),
    );
  }

  async listQueueTags(queueUrl: string): Promise<Record<string, string>> {
    const answer = await this.call('ListQueueTags', queueUrl, undefined, () =>
      this.client.send(new ListQueueTagsCommand({ QueueUrl: queueUrl })),
    );
    return { ...answer.Tags };
  }

  async startMoveTask(request: MoveTaskRequest): Promise<string> {
    const command = new StartMessageMoveTaskCommand({
      SourceArn: request.sourceArn,
      DestinationArn: request.destinationArn,
      MaxNumberOfMessagesPerSecond: request.maxMessagesPerSecond,
    });
    const answer = await this.call('StartMessageMoveTask', request.sourceArn, undefined, () =>
      this.client.send(command),
    );
    const call = { operation: 'StartMessageMoveTask', queue: request.sourceArn };
    return present(answer.TaskHandle, call);
  }

  async listMoveTasks(sourceArn: string): Promise<MoveTaskStatus[]> {
    const command = new ListMessageMoveTasksCommand({
      SourceArn: sourceArn,
      MaxResults: SQS_LIMITS.moveTasksListed,
    });
    const answer = await this.call('ListMessageMoveTasks', sourceArn, undefined, () =>
      this.client.send(command),
    );
    return (answer.Results ?? []).map((entry) => toMoveTaskStatus(entry, sourceArn));
  }

  async cancelMoveTask(taskHandle: string): Promise<number> {
    const answer = await this.call('CancelMessageMoveTask', undefined, undefined, () =>
      this.client.send(new CancelMessageMoveTaskCommand({ TaskHandle: taskHandle })),
    );
    return answer.ApproximateNumberOfMessagesMoved ?? 0;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.setup.ownsClient) this.client.destroy();
  }

  private listPage(namePrefix: string | undefined, next: string | undefined) {
    const command = new ListQueuesCommand({
      QueueNamePrefix: namePrefix === '' ? undefined : namePrefix,
      NextToken: next,
      // Without a page size SQS answers one page and no token.
      MaxResults: SQS_LIMITS.listQueuesPage,
    });
    return this.call('ListQueues', undefined, undefined, () => this.client.send(command));
  }

  private readMessages(
    queueUrl: string,
    messages: readonly Parameters<typeof toReceivedMessage>[0][],
  ): ReceivedMessage[] {
    const received: ReceivedMessage[] = [];
    for (const message of messages) {
      const readable = toReceivedMessage(message);
      if (readable === undefined) this.reportUnsettleable(queueUrl, message.MessageId);
      else received.push(readable);
    }
    return received;
  }

  private reportUnsettleable(queueUrl: string, messageId: string | undefined): void {
    this.setup.logger.error(
      'A message came without receipt handle and is left to its visibility timeout: nothing could settle it.',
      { queue: queueUrl, messageId },
    );
  }

  private async call<T>(
    operation: string,
    queue: string | undefined,
    options: CallOptions | undefined,
    run: (send: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const signal = options?.signal;
    try {
      return await run(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw toGatewayError(error, { operation, queue, signal });
    }
  }
}

function nothing(): undefined {
  return undefined;
}

function present(value: string | undefined, call: CallFacts): string {
  if (value !== undefined && value !== '') return value;
  throw new GatewayError({ ...call, kind: 'unavailable', detail: 'the answer was incomplete' });
}

function toMoveTaskStatus(
  entry: ListMessageMoveTasksResultEntry,
  sourceArn: string,
): MoveTaskStatus {
  return {
    taskHandle: entry.TaskHandle,
    status: (entry.Status ?? 'FAILED') as MoveTaskStatus['status'],
    sourceArn: entry.SourceArn ?? sourceArn,
    destinationArn: entry.DestinationArn,
    movedCount: entry.ApproximateNumberOfMessagesMoved ?? 0,
    toMoveCount: entry.ApproximateNumberOfMessagesToMove,
    failureReason: entry.FailureReason,
    startedAt: entry.StartedTimestamp ?? 0,
  };
}
