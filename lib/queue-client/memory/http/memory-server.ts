import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../../../contracts/errors/index.js';
import { MemoryGateway } from '../memory-gateway.js';
import type { MemoryQueueService } from '../memory-queue-service.js';
import { Refusal } from '../refusals.js';
import { actions } from './actions.js';
import { readRequest, type SqsRequest } from './json-shapes.js';

export interface MemoryServerOptions {
  readonly service: MemoryQueueService;
  /** @default '127.0.0.1': this machine alone */
  readonly host?: string;
  /** 0: a free one. @default 0 */
  readonly port?: number;
  /** Told of each request that was understood; what it answers is called once the service has answered. */
  readonly onRequest?: (action: string, request: SqsRequest) => void | ((answer: unknown) => void);
  /** Milliseconds that each answer is held back, as a network would. @default 0 */
  readonly latencyMs?: number;
}

/** A request may escape each byte of a 1 MiB batch as six characters. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
/** An idle connection stays open this long; longer than clients keep theirs, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

/**
 * The memory service over HTTP, as AWS JSON 1.0, which the SDKs of all languages speak since November 2023. Signatures
 * are not checked. It listens on one address of this machine.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html}
 */
export class MemoryServer {
  /** @throws Error of `node:net`, such as EADDRINUSE */
  static async start(options: MemoryServerOptions): Promise<MemoryServer> {
    const served = new MemoryServer(options);
    await served.listen(options.host ?? '127.0.0.1', options.port ?? 0);
    return served;
  }

  private readonly gateway: MemoryGateway;
  private readonly server: Server;
  private closing: Promise<void> | undefined;

  private constructor(private readonly options: MemoryServerOptions) {
    this.gateway = new MemoryGateway({ service: options.service });
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** Such as `http://127.0.0.1:9324`. */
  get endpoint(): string {
    const { address, family, port } = this.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Ends open receives and all connections. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await this.gateway.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  /** Never rejects. */
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    // The other side's end is seen before its connection is closed.
    socket.once('end', leave);
    response.once('close', () => {
      socket.off('end', leave);
      leave();
    });
    try {
      const body = await readBody(request);
      // Clients that left before this request was sent are seen to be gone first, so that none of them gets a message.
      await turn();
      if (gone.signal.aborted) return;
      const payload = await this.run(request, body, gone.signal);
      if (this.options.latencyMs) await pause(this.options.latencyMs);
      write(response, 200, payload);
    } catch (error) {
      if (!gone.signal.aborted) writeError(response, error);
    }
  }

  private async run(
    { headers, method }: IncomingMessage,
    body: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const name = actionOf(headers['x-amz-target'], method);
    const action = actions.get(name);
    if (action === undefined) {
      throw new Refusal('UnknownOperationException', `"${name}" is not an action of Amazon SQS.`);
    }
    const request = readRequest(body);
    const onAnswer = this.options.onRequest?.(name, request);
    const { service } = this.options;
    const base = headers.host === undefined ? this.endpoint : `http://${headers.host}`;
    try {
      const answer = await action(
        { gateway: this.gateway, service, base, options: { signal } },
        request,
      );
      onAnswer?.(answer);
      return answer;
    } catch (error) {
      onAnswer?.(error);
      throw error;
    }
  }
}

function actionOf(target: string | string[] | undefined, method: string | undefined): string {
  if (typeof target === 'string' && method === 'POST') return target.slice(target.indexOf('.') + 1);
  throw new Refusal(
    'UnknownOperationException',
    'This is a memory emulator of Amazon SQS. It answers POST requests in AWS JSON 1.0, with the header x-amz-target; ' +
      'SDKs from before November 2023 speak the older query protocol, which it does not know.',
  );
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_REQUEST_BYTES) {
      throw new Refusal(
        'RequestEntityTooLarge',
        `A request has at most ${MAX_REQUEST_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(
  response: ServerResponse,
  status: number,
  payload: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  const text = JSON.stringify(payload);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(text);
}

function writeError(response: ServerResponse, error: unknown): void {
  const { code, message, isOurs } = refusalIn(error);
  const [status, party] = isOurs ? [500, 'Receiver'] : [400, 'Sender'];
  write(
    response,
    status,
    { __type: `com.amazonaws.sqs#${code}`, message },
    { 'x-amzn-query-error': `${QUERY_CODES[code] ?? code};${party}` },
  );
}

function refusalIn(error: unknown): { code: string; message: string; isOurs: boolean } {
  const refusal = error instanceof GatewayError ? error.cause : error;
  if (refusal instanceof Refusal) {
    return { code: refusal.code, message: refusal.message, isOurs: false };
  }
  return { code: 'InternalFailure', message: (error as Error).message, isOurs: true };
}

/** The codes of the older protocol, under which SDKs go on to report errors: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
const QUERY_CODES: Record<string, string | undefined> = Object.fromEntries([
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ['QueueNameExists', 'QueueAlreadyExists'],
  ...[
    'QueueDeletedRecently',
    'PurgeQueueInProgress',
    'TooManyEntriesInBatchRequest',
    'BatchRequestTooLong',
    'BatchEntryIdsNotDistinct',
    'EmptyBatchRequest',
    'InvalidBatchEntryId',
    'UnsupportedOperation',
    'MessageNotInflight',
  ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
]);

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
