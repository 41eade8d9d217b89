import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import {
  SQS_LIMITS,
  type CallOptions,
  type Clock,
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
import { systemClock } from '../../primitives/system-clock.js';
import { Crowd } from './crowd.js';
import {
  SdkCalls,
  type HotCalls,
  type HotInputs,
  type HotOperation,
  type HotOutputs,
} from './hot-calls.js';
import { callSdk, DEFAULT_CALL_TIMEOUT_MS, present, type CallLimit } from './sdk-call.js';
import { areCredentialsPending } from './sdk-client.js';
import type { CallFacts, Standing } from './sdk-errors.js';
import { alignResults, toReceivedMessages, toSendEntry } from './sdk-messages.js';
import { cancelMoveTask, listMoveTasks, startMoveTask, type SdkCaller } from './sdk-move-tasks.js';
import { sendingTo, type CommandSender } from './url-hosts.js';

export interface SdkGatewaySetup {
  client: SQSClient;
  /** Sends the commands. @default the client */
  sender?: CommandSender;
  /** How the hot calls travel. @default through the client */
  calls?: HotCalls;
  /** True where the client was made for this gateway, so that closing the gateway ends it. */
  ownsClient: boolean;
  /** How many receives may be open at once. @default no bound */
  maxOpenReceives?: number;
  /** Milliseconds until a call that is no long poll is given up; a receive gets what it waits besides. @default 15,000 */
  callTimeoutMs?: number;
  /** @default the system's */
  clock?: Clock;
  logger: SqsLogger;
  /** Shared by gateways of one client. @default its own */
  crowd?: Crowd;
  standing?: Standing;
}

/** The queue service through the AWS SDK, its hot calls by a shorter way where one is given. */
export class SdkGateway implements QueueGateway {
  readonly kind: string;
  readonly maxOpenReceives: number | undefined;
  private readonly client: CommandSender;
  private readonly calls: HotCalls;
  private readonly crowd: Crowd;
  private readonly standing: Standing;
  private readonly elsewhere = new Map<string, SdkGateway>();
  private readonly open = new Set<() => void>();
  private readonly clock: Clock;
  private readonly callTimeoutMs: number;
  private isClosed = false;

  constructor(private readonly setup: SdkGatewaySetup) {
    this.client = setup.sender ?? setup.client;
    this.crowd = setup.crowd ?? new Crowd();
    this.standing = setup.standing ?? { wasAccepted: false };
    this.calls = setup.calls ?? new SdkCalls(setup.client);
    this.kind = this.calls.kind;
    this.maxOpenReceives = setup.maxOpenReceives;
    this.clock = setup.clock ?? systemClock;
    this.callTimeoutMs = setup.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS;
  }

  async sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
    options?: CallOptions,
  ): Promise<EntryResult<SentMessage>[]> {
    if (entries.length === 0) return [];
    const input = {
      QueueUrl: queueUrl,
      Entries: entries.map(toSendEntry),
    };
    const answer = await this.hotCall('SendMessageBatch', input, options);
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
    const input: HotInputs['ReceiveMessage'] = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: request.maxMessages,
      WaitTimeSeconds: request.waitTimeSeconds,
      VisibilityTimeout: request.visibilityTimeoutSeconds,
      ReceiveRequestAttemptId: request.receiveRequestAttemptId,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    };
    const timeoutMs = this.callTimeoutMs + request.waitTimeSeconds * 1_000;
    const answer = await this.crowd.enter(() =>
      this.hotCall('ReceiveMessage', input, options, timeoutMs),
    );
    return toReceivedMessages(answer.Messages, (id) => this.reportUnsettleable(queueUrl, id));
  }

  async deleteBatch(
    queueUrl: string,
    receiptHandles: readonly string[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (receiptHandles.length === 0) return [];
    const input = {
      QueueUrl: queueUrl,
      Entries: receiptHandles.map((handle, index) => ({
        Id: String(index),
        ReceiptHandle: handle,
      })),
    };
    const answer = await this.hotCall('DeleteMessageBatch', input, options);
    return alignResults(receiptHandles.length, answer, nothing);
  }

  async changeVisibilityBatch(
    queueUrl: string,
    entries: readonly VisibilityChange[],
    options?: CallOptions,
  ): Promise<EntryResult[]> {
    if (entries.length === 0) return [];
    const input = {
      QueueUrl: queueUrl,
      Entries: entries.map((entry, index) => ({
        Id: String(index),
        ReceiptHandle: entry.receiptHandle,
        VisibilityTimeout: entry.visibilityTimeoutSeconds,
      })),
    };
    const answer = await this.hotCall('ChangeMessageVisibilityBatch', input, options);
    return alignResults(entries.length, answer, nothing);
  }

  async getQueueUrl(queueName: string, options?: GetQueueUrlOptions): Promise<string> {
    const command = new GetQueueUrlCommand({
      QueueName: queueName,
      QueueOwnerAWSAccountId: options?.ownerAccountId,
    });
    const answer = await this.call({ operation: 'GetQueueUrl', queue: queueName }, (ending) =>
      this.client.send(command, ending),
    );
    return present(answer.QueueUrl, { operation: 'GetQueueUrl', queue: queueName });
  }

  async createQueue(queueName: string, options?: CreateQueueOptions): Promise<string> {
    const command = new CreateQueueCommand({
      QueueName: queueName,
      Attributes: options?.attributes,
      tags: options?.tags,
    });
    const answer = await this.call({ operation: 'CreateQueue', queue: queueName }, (ending) =>
      this.client.send(command, ending),
    );
    return present(answer.QueueUrl, { operation: 'CreateQueue', queue: queueName });
  }

  async deleteQueue(queueUrl: string): Promise<void> {
    await this.call({ operation: 'DeleteQueue', queue: queueUrl }, (ending) =>
      this.client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }), ending),
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

  async *listDeadLetterSourceUrls(queueUrl: string): AsyncIterable<string> {
    let next: string | undefined;
    do {
      const page = await this.sourcesPage(queueUrl, next);
      yield* page.queueUrls ?? [];
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
    const answer = await this.call({ operation: 'GetQueueAttributes', queue: queueUrl }, (ending) =>
      this.client.send(command, ending),
    );
    return { ...answer.Attributes };
  }

  async setQueueAttributes(queueUrl: string, attributes: Record<string, string>): Promise<void> {
    const command = new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: attributes });
    await this.call({ operation: 'SetQueueAttributes', queue: queueUrl }, (ending) =>
      this.client.send(command, ending),
    );
  }

  async purgeQueue(queueUrl: string): Promise<void> {
    await this.call({ operation: 'PurgeQueue', queue: queueUrl }, (ending) =>
      this.client.send(new PurgeQueueCommand({ QueueUrl: queueUrl }), ending),
    );
  }

  async tagQueue(queueUrl: string, tags: Record<string, string>): Promise<void> {
    await this.call({ operation: 'TagQueue', queue: queueUrl }, (ending) =>
      this.client.send(new TagQueueCommand({ QueueUrl: queueUrl, Tags: tags }), ending),
    );
  }

  async listQueueTags(queueUrl: string): Promise<Record<string, string>> {
    const answer = await this.call({ operation: 'ListQueueTags', queue: queueUrl }, (ending) =>
      this.client.send(new ListQueueTagsCommand({ QueueUrl: queueUrl }), ending),
    );
    return { ...answer.Tags };
  }

  startMoveTask(request: MoveTaskRequest): Promise<string> {
    return startMoveTask(this.caller, request);
  }

  listMoveTasks(sourceArn: string): Promise<MoveTaskStatus[]> {
    return listMoveTasks(this.caller, sourceArn);
  }

  cancelMoveTask(taskHandle: string): Promise<number> {
    return cancelMoveTask(this.caller, taskHandle);
  }

  /** The same service at the host of a queue's URL. `home` is the origin of the region's own endpoint. */
  at(queueUrl: string, home: string): SdkGateway {
    const { origin } = new URL(queueUrl);
    if (origin === home) return this;
    const known = this.elsewhere.get(origin);
    if (known !== undefined) return known;
    const sender = sendingTo(origin, { client: this.setup.client, home });
    const { crowd, standing } = this;
    const shared = { ...this.setup, crowd, standing, ownsClient: false };
    const made = new SdkGateway({ ...shared, sender, calls: this.calls.by(sender) });
    this.elsewhere.set(origin, made);
    return made;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const end of this.open) end();
    await Promise.all([...this.elsewhere.values()].map((gateway) => gateway.close()));
    await this.calls.close();
    if (this.setup.ownsClient) this.setup.client.destroy();
  }

  private hotCall<O extends HotOperation>(
    operation: O,
    input: HotInputs[O],
    options: CallOptions | undefined,
    timeoutMs = this.callTimeoutMs,
  ): Promise<HotOutputs[O]> {
    const { standing } = this;
    const call = { operation, queue: input.QueueUrl, signal: options?.signal, standing };
    return callSdk(call, this.limitOf(timeoutMs), (end) => this.calls.call(operation, input, end));
  }

  /** All other calls, each with its time limit. */
  private call<T>(
    facts: CallFacts,
    work: (ending: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const call = { ...facts, standing: this.standing };
    return callSdk(call, this.limitOf(this.callTimeoutMs), (end) =>
      work({ abortSignal: end.signal }),
    );
  }

  private limitOf(timeoutMs: number): CallLimit {
    const { clock, open, whyLate } = this;
    return { clock, timeoutMs, open, whyLate };
  }

  private get caller(): SdkCaller {
    return (call, work) => this.call(call, (ending) => work(this.client, ending));
  }

  private readonly whyLate = async (): Promise<string | undefined> => {
    if (!(await areCredentialsPending(this.setup.client))) return undefined;
    return 'the credentials provider has not answered';
  };

  private listPage(namePrefix: string | undefined, next: string | undefined) {
    const command = new ListQueuesCommand({
      QueueNamePrefix: namePrefix === '' ? undefined : namePrefix,
      NextToken: next,
      // Without a page size SQS answers one page and no token.
      MaxResults: SQS_LIMITS.listQueuesPage,
    });
    return this.call({ operation: 'ListQueues' }, (ending) => this.client.send(command, ending));
  }

  private sourcesPage(queueUrl: string, next: string | undefined) {
    const command = new ListDeadLetterSourceQueuesCommand({
      QueueUrl: queueUrl,
      NextToken: next,
      MaxResults: SQS_LIMITS.listQueuesPage,
    });
    return this.call({ operation: 'ListDeadLetterSourceQueues', queue: queueUrl }, (ending) =>
      this.client.send(command, ending),
    );
  }

  private reportUnsettleable(queue: string, messageId: string | undefined): void {
    this.setup.logger.error(
      'A message came without receipt handle and is left to its visibility timeout: nothing could settle it.',
      { queue, messageId },
    );
  }
}

function nothing(): undefined {
  return undefined;
}
