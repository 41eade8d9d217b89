import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestCounts, ServerCommand, ServerReply } from './messages.js';

/**
 * A queue service that never runs dry and does no work: every receive answers fresh messages from a template, every
 * delete and every send succeeds. It runs in a process of its own, so that only the clients' work is measured.
 */
const PATTERN = 'bench';
const body = JSON.stringify({
  pattern: PATTERN,
  data: { to: 'ada@example.org', n: 7, text: 'x'.repeat(150) },
});
const bodyMd5 = createHash('md5').update(body).digest('hex');
const latencyMs = Number(process.argv[2] ?? 0);

const counts: RequestCounts = {
  receives: 0,
  deletes: 0,
  sends: 0,
  others: 0,
  received: 0,
  deleted: 0,
  sent: 0,
};

const operations: Record<string, (request: SqsRequest, queueUrl: string) => string> = {
  ReceiveMessage: (request) => receive(request.MaxNumberOfMessages ?? 1),
  DeleteMessage: () => {
    counts.deletes += 1;
    counts.deleted += 1;
    return '{}';
  },
  DeleteMessageBatch: (request) => {
    counts.deletes += 1;
    counts.deleted += request.Entries?.length ?? 0;
    return allSuccessful(request);
  },
  SendMessage: (request) => {
    counts.sends += 1;
    return JSON.stringify(accepted(request.MessageBody));
  },
  SendMessageBatch: ({ Entries = [] }) => {
    counts.sends += 1;
    const all = Entries.map(({ Id, MessageBody }) => ({ Id, ...accepted(MessageBody) }));
    return JSON.stringify({ Successful: all, Failed: [] });
  },
  ChangeMessageVisibilityBatch: (request) => other(allSuccessful(request)),
  GetQueueUrl: (_request, queueUrl) => other(JSON.stringify({ QueueUrl: queueUrl })),
  GetQueueAttributes: () => other(JSON.stringify({ Attributes: queueAttributes })),
};

const queueAttributes = {
  QueueArn: 'arn:aws:sqs:us-east-1:000000000000:bench',
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:bench-dead',
    maxReceiveCount: 5,
  }),
};

const server = createServer((request, response) => {
  readBody(request)
    .then((text) => answer(request, text, response))
    .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  reply({ kind: 'listening', port: (server.address() as AddressInfo).port });
});
process.on('message', (command: ServerCommand) => {
  if (command.kind === 'count') reply({ kind: 'counts', counts });
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));

interface SqsRequest {
  MaxNumberOfMessages?: number;
  MessageBody?: string;
  Entries?: { Id: string; MessageBody?: string }[];
}

function answer(request: IncomingMessage, text: string, response: ServerResponse): void {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const run = operations[operation];
  const queueUrl = `http://${request.headers.host}/000000000000/bench`;
  const [status, payload] =
    run === undefined
      ? [400, other(JSON.stringify({ __type: 'InvalidAction', message: operation }))]
      : [200, run(JSON.parse(text) as SqsRequest, queueUrl)];
  const send = () => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(payload),
    });
    response.end(payload);
  };
  if (latencyMs > 0) setTimeout(send, latencyMs);
  else send();
}

function receive(max: number): string {
  counts.receives += 1;
  const now = String(Date.now());
  const messages = Array.from({ length: max }, () => message((counts.received += 1), now));
  return `{"Messages":[${messages.join(',')}]}`;
}

const bodyJson = JSON.stringify(body);
const padding = 'r'.repeat(160);

/** Concatenated by hand: as much as SQS sends, for little of the machine's time. */
function message(n: number, now: string): string {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return (
    `{"MessageId":"${id}","ReceiptHandle":"${n}-${padding}","MD5OfBody":"${bodyMd5}","Body":${bodyJson},` +
    `"Attributes":{"SenderId":"AIDAEXAMPLE","SentTimestamp":"${now}","ApproximateReceiveCount":"1",` +
    `"ApproximateFirstReceiveTimestamp":"${now}"},"MessageAttributes":{"origin":{"DataType":"String","StringValue":"bench"}}}`
  );
}

/** The SDK checks the digest, so it has to be the body's own. */
function accepted(text = '') {
  counts.sent += 1;
  const id = `00000000-0000-4000-8000-${String(counts.sent).padStart(12, '0')}`;
  return { MessageId: id, MD5OfMessageBody: createHash('md5').update(text).digest('hex') };
}

function allSuccessful(request: SqsRequest): string {
  const entries = (request.Entries ?? []).map((entry) => ({ Id: entry.Id }));
  return JSON.stringify({ Successful: entries, Failed: [] });
}

function other(payload: string): string {
  counts.others += 1;
  return payload;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function reply(message_: ServerReply): void {
  process.send?.(message_);
}
