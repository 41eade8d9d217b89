import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueGateway } from 'nestjs-sqs-tasks';
import { Call, operations } from './json-service/operations.js';
import type { SqsRequest } from './json-service/translate.js';

export interface JsonServiceOptions {
  gateway: QueueGateway;
  /** Told the name of each operation that is asked for; what it answers is called once the gateway has answered. */
  onRequest: (operation: string) => void | (() => void);
  /** Milliseconds that each answer is held back, as a network would. */
  latencyMs: number;
}

/** A queue gateway as an HTTP service that speaks the JSON protocol of SQS. */
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
  const text = await readBody(request);
  if (response.destroyed) return;
  const onAnswer = onRequest(operation);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const call = new Call(gateway, `http://${request.headers.host}`, gone.signal);
  const [status, payload] = await resultOf(call, operation, text);
  onAnswer?.();
  if (latencyMs > 0) await pause(latencyMs);
  if (response.destroyed) return;
  const answerText = JSON.stringify(payload);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(answerText),
  });
  response.end(answerText);
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

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
