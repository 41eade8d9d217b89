import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { EntryResult, QueueGateway, ReceivedMessage, SentMessage } from 'nestjs-sqs-tasks';

export interface JsonServiceOptions {
  gateway: QueueGateway;
  /** Told the name of each operation that is asked for. */
  onRequest: (operation: string) => void;
  /** Milliseconds that each answer is held back, as a network would. */
  latencyMs: number;
}

/** A queue gateway as an HTTP service: the JSON protocol of SQS, as far as a producer and a worker speak it. */
export function createJsonService(options: JsonServiceOptions): Server {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

async function answer(
  { gateway, onRequest, latencyMs }: JsonServiceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  onRequest(operation);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const call = new Call(gateway, `http://${request.headers.host}`, gone.signal);
  const [status, payload] = await resultOf(call, operation, await readBody(request));
  if (latencyMs > 0) await pause(latencyMs);
  if (response.destroyed) return;
  const text = JSON.stringify(payload);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function resultOf(call: Call, operation: string, text: string): Promise<[number, object]> {
  const run = operations[operation];
  if (run === undefined) return [400, { __type: 'InvalidAction', message: operation }];
  try {
    return [200, await run(call, JSON.parse(text) as SqsRequest)];
  } catch (error) {
    const { code = 'InternalError', message } = error as { code?: string; message: string };
    return [code === 'InternalError' ? 500 : 400, { __type: code, message }];
  }
}

interface SqsRequest {
  QueueName?: string;
  QueueUrl?: string;
  Attributes?: Record<string, string>;
  AttributeNames?: string[];
  tags?: Record<string, string>;
  MaxNumberOfMessages?: number;
  WaitTimeSeconds?: number;
  VisibilityTimeout?: number;
  ReceiptHandle?: string;
  Entries?: SqsEntry[];
}

interface SqsEntry {
  Id: string;
  MessageBody?: string;
  MessageAttributes?: Record<string, JsonAttribute>;
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  ReceiptHandle?: string;
  VisibilityTimeout?: number;
}

interface JsonAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

const operations: Record<string, (call: Call, request: SqsRequest) => Promise<object>> = {
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
class Call {
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

function toOutgoing(entry: SqsEntry) {
  const { MessageAttributes = {}, DelaySeconds, MessageGroupId, MessageDeduplicationId } = entry;
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [
    name,
    {
      dataType: value.DataType,
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && {
        binaryValue: Buffer.from(value.BinaryValue, 'base64'),
      }),
    },
  ]);
  return {
    body: entry.MessageBody ?? '',
    attributes: Object.fromEntries(attributes),
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
    ...(MessageGroupId !== undefined && { groupId: MessageGroupId }),
    ...(MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
  };
}

function toJsonMessage(message: ReceivedMessage): object {
  const attributes = Object.entries(message.attributes).map(([name, value]) => [
    name,
    {
      DataType: value.dataType,
      StringValue: value.stringValue,
      BinaryValue: value.binaryValue && Buffer.from(value.binaryValue).toString('base64'),
    },
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    Attributes: message.systemAttributes,
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
  };
}

function sentFacts(value: SentMessage, entry: SqsEntry) {
  return {
    MessageId: value.messageId,
    SequenceNumber: value.sequenceNumber,
    MD5OfMessageBody: md5(entry.MessageBody ?? ''),
  };
}

function batchAnswer<T>(
  entries: readonly SqsEntry[],
  results: readonly EntryResult<T>[],
  factsOf: (value: T, entry: SqsEntry) => object,
) {
  const both = { Successful: [] as object[], Failed: [] as object[] };
  for (const [index, entry] of entries.entries()) {
    const result = results[index];
    if (result?.ok) {
      both.Successful.push({ Id: entry.Id, ...factsOf(result.value, entry) });
    } else if (result !== undefined) {
      const { code, message, senderFault } = result.failure;
      both.Failed.push({ Id: entry.Id, Code: code, Message: message, SenderFault: senderFault });
    }
  }
  return both;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
