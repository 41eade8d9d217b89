import type { CallSignal } from '../sdk/call-end.js';
import { skippingContinue, type Connector } from './skip-continue.js';
import type { HttpAnswer, Transport, WireRequest } from './transport.js';

/** The package `undici`, as far as it is used. By its own types, apps without it would not compile. */
export interface UndiciModule {
  Agent: new (options: AgentOptions) => UndiciAgent;
  buildConnector(options: { timeout: number; allowH2: boolean }): unknown;
}

interface AgentOptions {
  readonly pipelining: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly keepAliveTimeout: number;
  readonly allowH2: boolean;
  readonly connect: Connector<unknown>;
}

interface UndiciAgent {
  readonly destroyed: boolean;
  dispatch(request: UndiciRequest, handler: DispatchHandler): boolean;
  destroy(): Promise<void>;
}

interface UndiciRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

interface DispatchController {
  abort(reason: Error): void;
}

interface DispatchHandler {
  onRequestStart(controller: DispatchController): void;
  onResponseStart(
    controller: DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void;
  onResponseData(controller: DispatchController, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: DispatchController, error: Error): void;
}

export interface UndiciTransportSetup {
  undici: UndiciModule;
  connectTimeoutMs: number;
  /** Until an answer begins, and again until it is complete; longer than a receive waits. */
  answerTimeoutMs: number;
}

/** An idle connection is closed after it; SQS may close it earlier and says so. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Sends through undici: one connection per open request and never a second request on it, as an answer would wait
 * behind a long poll. The timers are ours, since undici's are only as fine as a second.
 */
export class UndiciTransport implements Transport {
  readonly name = 'undici';
  private readonly agent: UndiciAgent;

  constructor(private readonly setup: UndiciTransportSetup) {
    // One request on a connection; undici 8 would ask for HTTP/2, where they share it.
    const allowH2 = false;
    const connect = setup.undici.buildConnector({ timeout: setup.connectTimeoutMs, allowH2 });
    this.agent = new setup.undici.Agent({
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      allowH2,
      connect: skippingContinue(connect as Connector<unknown>),
    });
  }

  post(request: WireRequest, signal: CallSignal | undefined): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError(signal));
      const exchange = new Exchange({
        resolve,
        reject,
        signal,
        timeoutMs: this.setup.answerTimeoutMs,
      });
      const { path, headers, body } = request;
      this.agent.dispatch(
        { origin: originOf(request), path, method: 'POST', headers, body },
        exchange,
      );
    });
  }

  close(): Promise<void> {
    return this.agent.destroyed ? Promise.resolve() : this.agent.destroy();
  }
}

function originOf({ protocol, hostname, port }: WireRequest): string {
  return port === undefined ? `${protocol}//${hostname}` : `${protocol}//${hostname}:${port}`;
}

interface ExchangeParts {
  resolve(answer: HttpAnswer): void;
  reject(error: unknown): void;
  signal: CallSignal | undefined;
  timeoutMs: number;
}

/** One request on its way: open, until it is answered, broken, out of time or aborted, whichever comes first. */
class Exchange implements DispatchHandler {
  private controller: DispatchController | undefined;
  private begun: { statusCode: number; headers: Record<string, string> } | undefined;
  private readonly chunks: Buffer[] = [];
  private isOver = false;
  private timer: NodeJS.Timeout;

  constructor(private readonly parts: ExchangeParts) {
    this.timer = this.startTimer();
    parts.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  onRequestStart(controller: DispatchController): void {
    this.controller = controller;
    // Ended while it waited for its connection.
    if (this.isOver) controller.abort(new Error('The request was given up before it was sent.'));
  }

  onResponseStart(
    _controller: DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // An interim answer, such as 103: the answer itself follows.
    if (statusCode < 200) return;
    this.begun = { statusCode, headers: flat(headers) };
    clearTimeout(this.timer);
    this.timer = this.startTimer();
  }

  onResponseData(_controller: DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.end(undefined);
  }

  onResponseError(_controller: DispatchController, error: Error): void {
    this.end(asOfNode(error, this.begun === undefined ? 'TimeoutError' : 'Error'));
  }

  private readonly onAbort = (): void => {
    if (this.parts.signal !== undefined) this.giveUp(abortError(this.parts.signal));
  };

  private startTimer(): NodeJS.Timeout {
    return setTimeout(() => this.giveUp(timeoutError(this.parts.timeoutMs)), this.parts.timeoutMs);
  }

  private giveUp(error: Error): void {
    this.end(error);
    this.controller?.abort(error);
  }

  private end(error: Error | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.parts.signal?.removeEventListener('abort', this.onAbort);
    const body =
      this.chunks.length === 1 ? (this.chunks[0] ?? nothing) : Buffer.concat(this.chunks);
    if (this.begun === undefined) this.parts.reject(error);
    else
      this.parts.resolve({ ...this.begun, body, ...(error !== undefined && { brokenBy: error }) });
  }
}

const nothing = Buffer.alloc(0);

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    all[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  }
  return all;
}

/**
 * The codes by which the SDK's retry strategy knows network failures, under the name that its own handler gives them:
 * broken lines are a `TimeoutError` before an answer begins, and a plain error within it.
 */
function asOfNode(error: Error & { code?: string }, name: string): Error {
  const code = codes[error.code ?? ''];
  if (code === undefined) return error;
  return Object.assign(new Error(error.message, { cause: error }), { name, code });
}

const codes: Record<string, string | undefined> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_SOCKET: 'ECONNRESET',
  ECONNRESET: 'ECONNRESET',
  EPIPE: 'EPIPE',
  ETIMEDOUT: 'ETIMEDOUT',
};

function timeoutError(ms: number): Error {
  const message = `SQS gave no whole answer within ${ms} ms.`;
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}

function abortError({ reason }: CallSignal): Error {
  return Object.assign(new Error('Request aborted', { cause: reason }), { name: 'AbortError' });
}
