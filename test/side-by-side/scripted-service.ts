import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the service was asked. */
export interface SeenRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** Answers one request, or leaves it open. */
export type Answer = (response: ServerResponse) => void;

/** A service on 127.0.0.1 that gives one answer after another, and the last one from then on. */
export class ScriptedService {
  static async start(): Promise<ScriptedService> {
    const service = new ScriptedService();
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    return service;
  }

  seen: SeenRequest[] = [];
  private answers: readonly Answer[] = [];
  private onRequest: () => void = () => {};

  private readonly server = createServer((request, response) => {
    const { url: path = '', headers } = request;
    text(request).then(
      (body) => this.take({ path, headers, body: JSON.parse(body) as unknown }, response),
      () => response.destroy(),
    );
  });

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Begins a new script; `onRequest` is told after each request. */
  play(answers: readonly Answer[], onRequest: () => void = () => {}): void {
    this.seen = [];
    this.answers = answers;
    this.onRequest = onRequest;
    this.server.closeAllConnections();
  }

  private take(request: SeenRequest, response: ServerResponse): void {
    this.seen.push(request);
    const next = this.answers[this.seen.length - 1] ?? this.answers.at(-1);
    next?.(response);
    this.onRequest();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const requestId = '1d6b8e4c-0000-5000-8000-000000000000';

/** An answer of the service, whole and good in form. */
export function answer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Answer {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const type = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId };
  return (response) => void response.writeHead(status, { ...type, ...headers }).end(payload);
}

/** An error as SQS writes it, with the code that its older protocol has. */
export function serviceError(status: number, type: string, queryCode?: string): Answer {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  const headers = { 'x-amzn-query-error': `${queryCode};${fault}` };
  const body = { __type: `com.amazonaws.sqs#${type}`, message: `said of ${type}` };
  return answer(status, body, queryCode === undefined ? {} : headers);
}

/** The connection breaks before an answer. */
export const reset: Answer = (response) => void response.socket?.destroy();

/** Nothing ever comes. */
export const silence: Answer = () => {};

/** The connection breaks in the middle of a good answer. */
export const torn: Answer = (response) => {
  response.writeHead(200, { 'content-length': 1_000, 'x-amzn-requestid': requestId });
  response.write('{"Messages":[', () => response.socket?.destroy());
};

/** An answer behind interim ones that nobody asked for, in the pieces given; the last one comes with the answer. */
export function behind(pieces: readonly string[], last: Answer): Answer {
  return (response) => {
    const next = (index: number): void => {
      const piece = pieces[index];
      if (piece === undefined) return last(response);
      const isLast = index === pieces.length - 1;
      if (isLast) response.socket?.cork();
      response.socket?.write(piece);
      // Each piece but the last is a packet of its own.
      if (!isLast) return void setTimeout(() => next(index + 1), 20);
      last(response);
      response.socket?.uncork();
    };
    next(0);
  };
}

/** A good answer, byte by byte. */
export function dripping(body: unknown): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    for (const byte of Buffer.from(JSON.stringify(body))) response.write(Buffer.of(byte));
    response.end();
  };
}
