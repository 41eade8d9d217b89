import {
  GatewayError,
  type CreateQueueOptions,
  type GatewayErrorKind,
  type GetQueueUrlOptions,
  type QueueGateway,
} from '../../../lib/contracts/index.js';

/** Queues by name and what was asked of them; only what finding and creating queues needs. */
export class FakeGateway implements Partial<QueueGateway> {
  readonly kind = 'fake';
  readonly calls: string[] = [];
  readonly created = new Map<string, CreateQueueOptions>();
  private readonly queues = new Map<string, Record<string, string>>();
  private readonly failures = new Map<string, GatewayErrorKind>();

  addQueue(name: string, attributes: Record<string, string> = {}): void {
    const arn = `arn:aws:sqs:eu-west-1:000000000000:${name}`;
    this.queues.set(name, { QueueArn: arn, VisibilityTimeout: '30', ...attributes });
  }

  /** Every call of this action on this queue fails; undefined: no more. */
  fail(operation: string, name: string, kind: GatewayErrorKind | undefined): void {
    if (kind === undefined) this.failures.delete(`${operation} ${name}`);
    else this.failures.set(`${operation} ${name}`, kind);
  }

  async getQueueUrl(name: string, options?: GetQueueUrlOptions): Promise<string> {
    const owner = options?.ownerAccountId;
    this.note('GetQueueUrl', name, owner === undefined ? '' : ` of ${owner}`);
    if (!this.queues.has(name)) throw failure('GetQueueUrl', name, 'queue-not-found');
    return urlOf(name, owner);
  }

  async createQueue(name: string, options: CreateQueueOptions = {}): Promise<string> {
    this.note('CreateQueue', name);
    this.created.set(name, options);
    this.addQueue(name, options.attributes);
    return urlOf(name);
  }

  async getQueueAttributes(url: string): Promise<Record<string, string>> {
    const name = url.split('/').at(-1) ?? '';
    this.note('GetQueueAttributes', name);
    const attributes = this.queues.get(name);
    if (attributes === undefined) throw failure('GetQueueAttributes', name, 'queue-not-found');
    return attributes;
  }

  callsOf(operation: string): string[] {
    return this.calls.filter((call) => call.startsWith(`${operation} `));
  }

  asGateway(): QueueGateway {
    return this as unknown as QueueGateway;
  }

  private note(operation: string, name: string, more = ''): void {
    this.calls.push(`${operation} ${name}${more}`);
    const kind = this.failures.get(`${operation} ${name}`);
    if (kind !== undefined) throw failure(operation, name, kind);
  }
}

export function urlOf(name: string, account = '000000000000'): string {
  return `https://sqs.eu-west-1.amazonaws.com/${account}/${name}`;
}

function failure(operation: string, queue: string, kind: GatewayErrorKind): GatewayError {
  return new GatewayError({ kind, operation, queue, detail: `the test says ${kind}`, code: kind });
}
