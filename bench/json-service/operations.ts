import type { MoveTaskStatus, QueueGateway } from 'nestjs-sqs-tasks';
import { batchAnswer, sentFacts, toJsonMessage, toOutgoing, type SqsRequest } from './translate.js';

/** Every action of SQS that a gateway knows, by name. */
export const operations: Record<string, (call: Call, request: SqsRequest) => Promise<object>> = {
  async CreateQueue(call, { QueueName = '', Attributes = {}, tags = {} }) {
    const url = await call.gateway.createQueue(QueueName, { attributes: Attributes, tags });
    return { QueueUrl: call.outerUrl(url) };
  },
  async GetQueueUrl(call, { QueueName = '' }) {
    return { QueueUrl: call.outerUrl(await call.gateway.getQueueUrl(QueueName)) };
  },
  async GetQueueAttributes(call, { QueueUrl, AttributeNames = ['All'] }) {
    const url = await call.innerUrl(QueueUrl);
    return { Attributes: await call.gateway.getQueueAttributes(url, AttributeNames) };
  },
  async SetQueueAttributes(call, { QueueUrl, Attributes = {} }) {
    await call.gateway.setQueueAttributes(await call.innerUrl(QueueUrl), Attributes);
    return {};
  },
  async DeleteQueue(call, { QueueUrl }) {
    await call.gateway.deleteQueue(await call.innerUrl(QueueUrl));
    return {};
  },
  async ListQueues(call, { QueueNamePrefix, NextToken = '0', MaxResults = 1_000 }) {
    const urls: string[] = [];
    for await (const url of call.gateway.listQueueUrls(QueueNamePrefix)) urls.push(url);
    const [start, end] = [Number(NextToken), Number(NextToken) + MaxResults];
    const QueueUrls = urls.slice(start, end).map((url) => call.outerUrl(url));
    return { QueueUrls, ...(end < urls.length && { NextToken: String(end) }) };
  },
  async ListDeadLetterSourceQueues(call, { QueueUrl }) {
    const inner = await call.innerUrl(QueueUrl);
    const queueUrls: string[] = [];
    for await (const url of call.gateway.listDeadLetterSourceUrls(inner)) {
      queueUrls.push(call.outerUrl(url));
    }
    return { queueUrls };
  },
  async PurgeQueue(call, { QueueUrl }) {
    await call.gateway.purgeQueue(await call.innerUrl(QueueUrl));
    return {};
  },
  async TagQueue(call, { QueueUrl, Tags = {} }) {
    await call.gateway.tagQueue(await call.innerUrl(QueueUrl), Tags);
    return {};
  },
  async ListQueueTags(call, { QueueUrl }) {
    return { Tags: await call.gateway.listQueueTags(await call.innerUrl(QueueUrl)) };
  },
  async StartMessageMoveTask(call, request) {
    const { SourceArn = '', DestinationArn, MaxNumberOfMessagesPerSecond } = request;
    const TaskHandle = await call.gateway.startMoveTask({
      sourceArn: SourceArn,
      ...(DestinationArn !== undefined && { destinationArn: DestinationArn }),
      ...(MaxNumberOfMessagesPerSecond !== undefined && {
        maxMessagesPerSecond: MaxNumberOfMessagesPerSecond,
      }),
    });
    return { TaskHandle };
  },
  async ListMessageMoveTasks(call, { SourceArn = '' }) {
    return { Results: (await call.gateway.listMoveTasks(SourceArn)).map(toJsonMoveTask) };
  },
  async CancelMessageMoveTask(call, { TaskHandle = '' }) {
    return { ApproximateNumberOfMessagesMoved: await call.gateway.cancelMoveTask(TaskHandle) };
  },
  async SendMessage(call, { QueueUrl, ...entry }) {
    const one = { ...entry, Id: '0' };
    const results = await call.gateway.sendBatch(await call.innerUrl(QueueUrl), [toOutgoing(one)]);
    const { Successful, Failed } = batchAnswer([one], results, sentFacts);
    if (Failed.length > 0) throw new Error(JSON.stringify(Failed[0]));
    return Successful[0] ?? {};
  },
  async SendMessageBatch(call, { QueueUrl, Entries = [] }) {
    const url = await call.innerUrl(QueueUrl);
    const results = await call.gateway.sendBatch(url, Entries.map(toOutgoing));
    return batchAnswer(Entries, results, sentFacts);
  },
  async ReceiveMessage(call, request) {
    const url = await call.innerUrl(request.QueueUrl);
    const asked = {
      maxMessages: request.MaxNumberOfMessages ?? 1,
      waitTimeSeconds: request.WaitTimeSeconds ?? 0,
      ...(request.VisibilityTimeout !== undefined && {
        visibilityTimeoutSeconds: request.VisibilityTimeout,
      }),
      ...(request.ReceiveRequestAttemptId !== undefined && {
        receiveRequestAttemptId: request.ReceiveRequestAttemptId,
      }),
    };
    const messages = await call.gateway.receive(url, asked, { signal: call.signal });
    return messages.length === 0 ? {} : { Messages: messages.map(toJsonMessage) };
  },
  async DeleteMessage(call, { QueueUrl, ReceiptHandle = '' }) {
    await call.gateway.deleteBatch(await call.innerUrl(QueueUrl), [ReceiptHandle]);
    return {};
  },
  async DeleteMessageBatch(call, { QueueUrl, Entries = [] }) {
    const handles = Entries.map((entry) => entry.ReceiptHandle ?? '');
    const results = await call.gateway.deleteBatch(await call.innerUrl(QueueUrl), handles);
    return batchAnswer(Entries, results, () => ({}));
  },
  async ChangeMessageVisibilityBatch(call, { QueueUrl, Entries = [] }) {
    const changes = Entries.map(({ ReceiptHandle = '', VisibilityTimeout = 0 }) => ({
      receiptHandle: ReceiptHandle,
      visibilityTimeoutSeconds: VisibilityTimeout,
    }));
    const url = await call.innerUrl(QueueUrl);
    return batchAnswer(Entries, await call.gateway.changeVisibilityBatch(url, changes), () => ({}));
  },
};

/** One request's surroundings; queues are known outside under our own address. */
export class Call {
  constructor(
    readonly gateway: QueueGateway,
    private readonly base: string,
    readonly signal: AbortSignal,
  ) {}

  outerUrl(url: string): string {
    return `${this.base}/000000000000/${nameOf(url)}`;
  }

  innerUrl(url = ''): Promise<string> {
    return this.gateway.getQueueUrl(nameOf(url));
  }
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function toJsonMoveTask(task: MoveTaskStatus): object {
  return {
    TaskHandle: task.taskHandle,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    ApproximateNumberOfMessagesMoved: task.movedCount,
    ApproximateNumberOfMessagesToMove: task.toMoveCount,
    FailureReason: task.failureReason,
    StartedTimestamp: task.startedAt,
  };
}
