import { Readable } from 'node:stream';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { CallSignal } from '../sdk/call-end.js';
import type { HttpAnswer, Transport, WireRequest } from './transport.js';

/** Sends through the client's own request handler: with its agents, proxy, TLS settings and timeouts. */
export class ClientTransport implements Transport {
  readonly name = "the client's request handler";

  constructor(private readonly client: SQSClient) {}

  async post(request: WireRequest, signal: CallSignal | undefined): Promise<HttpAnswer> {
    const { requestHandler } = this.client.config;
    const options = signal === undefined ? {} : { abortSignal: signal };
    const { response } = await requestHandler.handle(new HandledRequest(request), options);
    const { statusCode, headers } = response;
    try {
      return { statusCode, headers, body: await this.bytesOf(response.body) };
    } catch (error) {
      return { statusCode, headers, body: nothing, brokenBy: error };
    }
  }

  async close(): Promise<void> {}

  private async bytesOf(body: unknown): Promise<Uint8Array> {
    if (body === undefined || body === null) return nothing;
    if (body instanceof Uint8Array) return body;
    return body instanceof Readable ? collected(body) : this.client.config.streamCollector(body);
  }
}

const nothing = new Uint8Array();

/** For what Node's own HTTP client gives; cheaper than the SDK's collector, which makes a stream of its own. */
function collected(stream: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
  });
}

/** What request handlers are given: the SDK's own class is not among its exports. */
class HandledRequest {
  readonly method = 'POST';
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly path: string;
  readonly query = {};
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly username = undefined;
  readonly password = undefined;
  readonly fragment = undefined;

  constructor(private readonly request: WireRequest) {
    this.protocol = request.protocol;
    this.hostname = request.hostname;
    this.port = request.port;
    this.path = request.path;
    this.headers = request.headers;
    this.body = request.body;
  }

  clone(): HandledRequest {
    return new HandledRequest({ ...this.request, headers: { ...this.headers } });
  }
}
