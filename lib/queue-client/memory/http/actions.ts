import type {
  CallOptions,
  EntryResult,
  QueueGateway,
  ReceiveRequest,
} from '../../../contracts/gateway.js';
import { SQS_LIMITS } from '../../../contracts/limits.js';
import type { MemoryQueueService } from '../memory-queue-service.js';
import { Refusal } from '../refusals.js';
import {
  toJsonBatch,
  toJsonMessage,
  toJsonMoveTask,
  toJsonSent,
  toOutgoing,
  type SqsEntry,
  type SqsRequest,
} from './json-shapes.js';

/** What an action works on. Queues are known outside by the address that the client used. */
export interface Call {
  readonly gateway: QueueGateway;
  readonly service: MemoryQueueService;
  /** Such as `http://127.0.0.1:9324`. */
  readonly base: string;
  /** Aborted when the client is gone. */
  readonly options: CallOptions;
}

type Action = (call: Call, request: SqsRequest) => object | Promise<object>;

/** Every action of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>(
  Object.entries({
    async CreateQueue(call, { QueueName = missing('QueueName'), Attributes = {}, ...rest }) {
      const { tags = rest.Tags ?? {} } = rest;
      await call.gateway.createQueue(QueueName, { attributes: Attributes, tags });
      return { QueueUrl: urlOf(call, QueueName) };
    },
    async GetQueueUrl(call, { QueueName = missing('QueueName') }) {
      await call.gateway.getQueueUrl(QueueName);
      return { QueueUrl: urlOf(call, QueueName) };
    },
    async GetQueueAttributes(call, request) {
      const { AttributeNames = [] } = request;
      if (AttributeNames.length === 0) return {};
      return {
        Attributes: await call.gateway.getQueueAttributes(queueOf(call, request), AttributeNames),
      };
    },
    async SetQueueAttributes(call, request) {
      const { Attributes = missing('Attributes') } = request;
      await call.gateway.setQueueAttributes(queueOf(call, request), Attributes);
      return {};
    },
    async DeleteQueue(call, request) {
      await call.gateway.deleteQueue(queueOf(call, request));
      return {};
    },
    async ListQueues(call, { QueueNamePrefix, ...request }) {
      const { urls, ...more } = await page(call.gateway.listQueueUrls(QueueNamePrefix), request);
      return { QueueUrls: urls.map((url) => urlOf(call, nameIn(url))), ...more };
    },
    async ListDeadLetterSourceQueues(call, request) {
      const sources = call.gateway.listDeadLetterSourceUrls(queueOf(call, request));
      const { urls, ...more } = await page(sources, request);
      return { queueUrls: urls.map((url) => urlOf(call, nameIn(url))), ...more };
    },
    async PurgeQueue(call, request) {
      await call.gateway.purgeQueue(queueOf(call, request));
      return {};
    },
    async TagQueue(call, request) {
      await call.gateway.tagQueue(queueOf(call, request), request.Tags ?? missing('Tags'));
      return {};
    },
    UntagQueue(call, request) {
      const { tags } = call.service.at(queueOf(call, request)).facts;
      for (const key of request.TagKeys ?? missing('TagKeys')) delete tags[key];
      return {};
    },
    async ListQueueTags(call, request) {
      return { Tags: await call.gateway.listQueueTags(queueOf(call, request)) };
    },
    // Everybody who reaches the emulator may do everything, so permissions are taken and change nothing.
    AddPermission: (call, request) => ignoring(queueOf(call, request)),
    RemovePermission: (call, request) => ignoring(queueOf(call, request)),
    async StartMessageMoveTask(call, request) {
      const { SourceArn = missing('SourceArn'), DestinationArn } = request;
      const perSecond = request.MaxNumberOfMessagesPerSecond;
      const TaskHandle = await call.gateway.startMoveTask({
        sourceArn: SourceArn,
        ...(DestinationArn !== undefined && { destinationArn: DestinationArn }),
        ...(perSecond !== undefined && { maxMessagesPerSecond: perSecond }),
      });
      return { TaskHandle };
    },
    async ListMessageMoveTasks(call, { SourceArn = missing('SourceArn'), MaxResults = 1 }) {
      const tasks = await call.gateway.listMoveTasks(SourceArn);
      return { Results: tasks.slice(0, MaxResults).map(toJsonMoveTask) };
    },
    async CancelMessageMoveTask(call, { TaskHandle = missing('TaskHandle') }) {
      const moved = await call.gateway.cancelMoveTask(TaskHandle);
      return { ApproximateNumberOfMessagesMoved: moved };
    },
    async SendMessage(call, request) {
      const entry = { ...request, Id: ONE };
      const url = queueOf(call, request);
      const [result] = await call.gateway.sendBatch(url, [toOutgoing(entry)], call.options);
      return toJsonSent(valueOf(result), entry);
    },
    async SendMessageBatch(call, request) {
      const entries = entriesOf(request);
      const url = queueOf(call, request);
      const results = await call.gateway.sendBatch(url, entries.map(toOutgoing), call.options);
      return toJsonBatch(entries, results, toJsonSent);
    },
    ReceiveMessage: receiveMessage,
    async DeleteMessage(call, request) {
      const { ReceiptHandle = missing('ReceiptHandle') } = request;
      const url = queueOf(call, request);
      const [result] = await call.gateway.deleteBatch(url, [ReceiptHandle], call.options);
      valueOf(result);
      return {};
    },
    async DeleteMessageBatch(call, request) {
      const entries = entriesOf(request);
      const handles = entries.map((entry) => entry.ReceiptHandle ?? missing('ReceiptHandle'));
      const url = queueOf(call, request);
      return toJsonBatch(entries, await call.gateway.deleteBatch(url, handles, call.options));
    },
    async ChangeMessageVisibility(call, request) {
      const url = queueOf(call, request);
      const change = [toChange({ ...request, Id: ONE })];
      const [result] = await call.gateway.changeVisibilityBatch(url, change, call.options);
      valueOf(result);
      return {};
    },
    async ChangeMessageVisibilityBatch(call, request) {
      const entries = entriesOf(request);
      const url = queueOf(call, request);
      const changes = entries.map(toChange);
      const results = await call.gateway.changeVisibilityBatch(url, changes, call.options);
      return toJsonBatch(entries, results);
    },
  } satisfies Record<string, Action>),
);

/** The id of the one entry of an action that is no batch. */
const ONE = '0';

async function receiveMessage(call: Call, request: SqsRequest): Promise<object> {
  const url = queueOf(call, request);
  const { VisibilityTimeout, ReceiveRequestAttemptId } = request;
  const asked: ReceiveRequest = {
    maxMessages: request.MaxNumberOfMessages ?? 1,
    waitTimeSeconds: request.WaitTimeSeconds ?? waitTimeOf(call, url),
    ...(VisibilityTimeout !== undefined && { visibilityTimeoutSeconds: VisibilityTimeout }),
    ...(ReceiveRequestAttemptId !== undefined && {
      receiveRequestAttemptId: ReceiveRequestAttemptId,
    }),
  };
  const messages = await call.gateway.receive(url, asked, call.options);
  if (call.options.signal?.aborted === true) {
    await giveBack(call, url, messages);
    return {};
  }
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => toJsonMessage(message, request)) };
}

/** Whoever was to get them is gone. */
async function giveBack(
  { gateway }: Call,
  url: string,
  messages: readonly { receiptHandle: string }[],
): Promise<void> {
  const changes = messages.map(({ receiptHandle }) => ({
    receiptHandle,
    visibilityTimeoutSeconds: 0,
  }));
  await gateway.changeVisibilityBatch(url, changes);
}

function waitTimeOf({ service }: Call, url: string): number {
  return Number(service.at(url).facts.attributes['ReceiveMessageWaitTimeSeconds']);
}

function toChange(entry: SqsEntry): { receiptHandle: string; visibilityTimeoutSeconds: number } {
  const { ReceiptHandle = missing('ReceiptHandle') } = entry;
  const { VisibilityTimeout = missing('VisibilityTimeout') } = entry;
  return { receiptHandle: ReceiptHandle, visibilityTimeoutSeconds: VisibilityTimeout };
}

// Ids are 1 to 80 letters, digits, - or _, and distinct: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatchRequestEntry.html
function entriesOf({ Entries = [] }: SqsRequest): readonly SqsEntry[] {
  if (Entries.length === 0) {
    throw new Refusal('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  const ids = Entries.map(({ Id }: Partial<SqsEntry>) => Id ?? missing('Id'));
  const bad = ids.find((id) => !BATCH_ENTRY_ID.test(id));
  if (bad !== undefined) {
    const rule = `1 to ${SQS_LIMITS.queueNameLength} letters, digits, - or _`;
    throw new Refusal('InvalidBatchEntryId', `A batch entry id is ${rule}, got "${bad}".`);
  }
  if (new Set(ids).size < ids.length) {
    throw new Refusal('BatchEntryIdsNotDistinct', 'Two entries of the batch have the same id.');
  }
  return Entries;
}

const BATCH_ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Up to a thousand a page, and the token of the next; without `MaxResults` SQS gives a thousand and no token. */
async function page(
  all: AsyncIterable<string>,
  { MaxResults, NextToken = '0' }: SqsRequest,
): Promise<{ urls: string[]; NextToken?: string }> {
  const start = Number(NextToken);
  if (!Number.isInteger(start) || start < 0) {
    throw new Refusal(
      'InvalidParameterValue',
      `"${NextToken}" is not a NextToken of this service.`,
    );
  }
  const end = start + (MaxResults ?? SQS_LIMITS.listQueuesPage);
  const urls: string[] = [];
  for await (const url of all) urls.push(url);
  const hasMore = MaxResults !== undefined && end < urls.length;
  return { urls: urls.slice(start, end), ...(hasMore && { NextToken: String(end) }) };
}

/** The service's own URL of the queue: clients may have reached us under several names. */
function queueOf({ service }: Call, { QueueUrl = missing('QueueUrl') }: SqsRequest): string {
  return service.named(nameIn(QueueUrl)).facts.url;
}

function urlOf({ base, service }: Call, name: string): string {
  return `${base}/${service.accountId}/${name}`;
}

function nameIn(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function ignoring(_queue: string): object {
  return {};
}

function missing(parameter: string): never {
  throw new Refusal('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

/** An action that is no batch is refused as a whole by what a batch says of its entry. */
function valueOf<T>(result: EntryResult<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.failure.code, result.failure.message);
}
