import { Agent } from 'undici';

interface Answer {
  readonly QueueUrl?: string;
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
  readonly Successful?: readonly unknown[];
}

/** The calls of SQS and their JSON, unsigned. */
export class Client {
  private readonly agent: Agent;

  constructor(
    private readonly endpoint: string,
    connections: number,
  ) {
    this.agent = new Agent({ connections });
  }

  async call(operation: string, request: object): Promise<Answer> {
    const { statusCode, body } = await this.agent.request({
      origin: this.endpoint,
      path: '/',
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
      },
      body: JSON.stringify(request),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${operation} answered ${statusCode}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
