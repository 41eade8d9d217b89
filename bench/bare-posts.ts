import { Agent, type Dispatcher } from 'undici';

/**
 * Requests of the size that ours have, always the same bytes: nothing is signed, and no answer is read. What is left is
 * what sending and receiving cost.
 */
export class BarePosts {
  private readonly agent = new Agent({ pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

  constructor(private readonly endpoint: string) {}

  /** Resolves when the answer is there. */
  post(operation: string, body: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const options: Dispatcher.DispatchOptions = {
        origin: this.endpoint,
        path: '/',
        method: 'POST',
        headers: {
          ...headers,
          'x-amz-target': `AmazonSQS.${operation}`,
          'content-length': String(body.length),
        },
        body,
      };
      this.agent.dispatch(options, {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      });
    });
  }
}

const headers = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amzn-query-mode': 'true',
  'x-amz-user-agent': 'aws-sdk-js/3.0000.0',
  'user-agent': `aws-sdk-js/3.0000.0 ${'x'.repeat(100)}`,
  'amz-sdk-invocation-id': '00000000-0000-4000-8000-000000000000',
  'amz-sdk-request': 'attempt=1; max=3',
  'x-amz-date': '20260101T000000Z',
  'x-amz-content-sha256': '0'.repeat(64),
  authorization: `AWS4-HMAC-SHA256 Credential=${'x'.repeat(300)}`,
};
