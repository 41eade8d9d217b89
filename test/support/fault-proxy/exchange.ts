import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { SeenRequest } from './rule.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

interface ExchangeParts {
  request: IncomingMessage;
  response: ServerResponse;
  agent: Agent;
  target: string;
  /** Resolves when the test lets held exchanges go. */
  released: Promise<void>;
}

/** One request and what becomes of it: what faults are made of. */
export class Exchange {
  private bytes = Buffer.alloc(0);
  private parsed: Record<string, unknown> = {};
  private readonly gone = new AbortController();

  constructor(private readonly parts: ExchangeParts) {
    parts.response.on('error', () => this.gone.abort());
    parts.response.once('close', () => this.gone.abort());
  }

  get seen(): SeenRequest {
    const target = String(this.parts.request.headers['x-amz-target'] ?? '');
    return { operation: target.replace(/^AmazonSQS\./, ''), body: this.parsed };
  }

  get released(): Promise<void> {
    return this.parts.released;
  }

  async read(): Promise<void> {
    this.bytes = await buffer(this.parts.request);
    this.parsed = parseObject(this.bytes);
  }

  /** Sends it on, with this body or its own, and answers what came back. Rejects once the client has gone. */
  forward(body?: object): Promise<Answer> {
    const bytes = body === undefined ? this.bytes : Buffer.from(JSON.stringify(body));
    const { request, agent, target } = this.parts;
    return new Promise((resolve, reject) => {
      const onward = httpRequest(new URL(request.url ?? '/', target), {
        method: request.method,
        headers: { ...passedOn(request.headers), 'content-length': bytes.length },
        agent,
        signal: this.gone.signal,
      });
      onward.once('error', reject);
      onward.once('response', (response) => void answerOf(response).then(resolve, reject));
      onward.end(bytes);
    });
  }

  /** As if there were no proxy. */
  async pass(): Promise<void> {
    this.answer(await this.forward());
  }

  answer({ status, headers, body }: Answer): void {
    const { response } = this.parts;
    if (response.destroyed) return;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }

  /** Answers in small pieces, each after the pace allows it. */
  async drip({ status, headers, body }: Answer, size: number, pace: () => Promise<void>) {
    const { response } = this.parts;
    const bytes = Buffer.from(body);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    for (let at = 0; at < bytes.length && !this.gone.signal.aborted; at += size) {
      response.write(bytes.subarray(at, at + size));
      await this.until(pace());
    }
    response.end();
  }

  /** Cuts the connection without an answer. */
  destroy(): void {
    this.parts.request.socket.destroy();
    this.gone.abort();
  }

  /** Waits for something, but no longer than the client does. */
  async until(event: Promise<void> | void): Promise<void> {
    const { signal } = this.gone;
    if (signal.aborted) return;
    const left = new AbortController();
    const gone = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { signal: left.signal }),
    );
    await Promise.race([event, gone]).finally(() => left.abort());
  }

  get isGone(): boolean {
    return this.gone.signal.aborted;
  }
}

/** Headers that speak of one connection are not passed on. */
const ofOneConnection = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
];

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => !ofOneConnection.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const body = await buffer(response);
  return { status: response.statusCode ?? 500, headers: passedOn(response.headers), body };
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
