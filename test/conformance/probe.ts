import { GatewayError } from '../../lib/contracts/errors/index.js';
import type {
  EntryResult,
  OutgoingMessage,
  QueueGateway,
  ReceivedMessage,
  ReceiveRequest,
  SentMessage,
} from '../../lib/contracts/gateway.js';

/** One queue of a check, with the calls that checks repeat. */
export class Probe {
  constructor(
    readonly gateway: QueueGateway,
    readonly name: string,
    readonly url: string,
  ) {}

  /** Sends in one batch; texts are bodies. Fails where an entry fails. */
  async send(...entries: (string | OutgoingMessage)[]): Promise<SentMessage[]> {
    const outgoing = entries.map((entry) => (typeof entry === 'string' ? { body: entry } : entry));
    const results = await this.gateway.sendBatch(this.url, outgoing);
    return results.map(valueOf);
  }

  /** The failure code of one entry, or `ok`. */
  async sendCode(entry: OutgoingMessage): Promise<string> {
    return codeOf((await this.gateway.sendBatch(this.url, [entry]))[0]);
  }

  receive(request: Partial<ReceiveRequest> = {}): Promise<ReceivedMessage[]> {
    return this.gateway.receive(this.url, { maxMessages: 10, waitTimeSeconds: 0, ...request });
  }

  /** Receives one that must be there. */
  async one(request: Partial<ReceiveRequest> = {}): Promise<ReceivedMessage> {
    const [message] = await this.receive({ maxMessages: 1, ...request });
    if (message === undefined) throw new Error(`Queue ${this.name} gave no message.`);
    return message;
  }

  async bodies(request: Partial<ReceiveRequest> = {}): Promise<string[]> {
    return (await this.receive(request)).map((message) => message.body);
  }

  /** The failure code, or `ok`. */
  async delete(message: ReceivedMessage): Promise<string> {
    return codeOf((await this.gateway.deleteBatch(this.url, [message.receiptHandle]))[0]);
  }

  /** The failure code, or `ok`. */
  async changeVisibility(
    message: ReceivedMessage,
    visibilityTimeoutSeconds: number,
  ): Promise<string> {
    const entry = { receiptHandle: message.receiptHandle, visibilityTimeoutSeconds };
    return codeOf((await this.gateway.changeVisibilityBatch(this.url, [entry]))[0]);
  }

  async attribute(name: string): Promise<string> {
    return (await this.gateway.getQueueAttributes(this.url, [name]))[name];
  }
}

export function codeOf(result: EntryResult): string {
  return result.ok ? 'ok' : result.failure.code;
}

/** How a call failed as a whole; the check fails where it did not. */
export async function failureOf(call: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayError) return error;
  throw new Error('Expected the call to fail with a GatewayError.', { cause: error });
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function valueOf<T>(result: EntryResult<T>): T {
  if (result.ok) return result.value;
  throw new Error(`An entry was refused: ${result.failure.code} ${result.failure.message}`);
}
