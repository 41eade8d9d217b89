import type { CallSignal } from '../sdk/call-end.js';

/** A request that is ready to be sent. */
export interface WireRequest {
  /** With its colon: `https:`. */
  protocol: string;
  hostname: string;
  port: number | undefined;
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What came back, good or bad. */
export interface HttpAnswer {
  statusCode: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** Where the answer broke off: the body is what had come until then. */
  brokenBy?: unknown;
}

/** Sends one request, once. Rejects only where no answer began, with an error that the SDK's retry strategy understands. */
export interface Transport {
  /** For logs. */
  readonly name: string;
  post(request: WireRequest, signal: CallSignal | undefined): Promise<HttpAnswer>;
  close(): Promise<void>;
}
