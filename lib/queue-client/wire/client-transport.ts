import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HttpAnswer, Transport, WireRequest } from './transport.js';

/** Sends through the client's own request handler: with its agents, proxy, TLS settings and timeouts. */
export class ClientTransport implements Transport {
  readonly name = "the client's request handler";

  constructor(private readonly client: SQSClient) {}

  async post(request: WireRequest, signal: AbortSignal | undefined): Promise<HttpAnswer> {
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
    return body instanceof Uint8Array ? body : this.client.config.streamCollector(body);
  }
}

const nothing = new Uint8Array();

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
