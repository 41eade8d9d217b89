import { randomUUID } from 'node:crypto';
import type {
  CallOptions,
  EntryResult,
  OutgoingMessage,
  SentMessage,
} from '../contracts/gateway.js';
import type { MemoryQueueService } from '../queue-client/memory/index.js';
import { MemoryGateway } from '../queue-client/memory/index.js';

export interface TestGatewayParts {
  readonly service: MemoryQueueService;
  /** True for a message that never reaches its queue, as its handler runs in the sender's place. */
  takes(queueUrl: string, messageId: string, entry: OutgoingMessage): boolean;
  /** Accepted, by the queue or in its place. */
  onSent(queueUrl: string, messageId: string, entry: OutgoingMessage): void;
}

/** The gateway to a memory service that sees what is sent. */
export class TestGateway extends MemoryGateway {
  constructor(private readonly parts: TestGatewayParts) {
    super(parts);
  }

  override async sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
    options?: CallOptions,
  ): Promise<EntryResult<SentMessage>[]> {
    const taken = entries.map((entry) => this.takenIn(queueUrl, entry));
    const left = entries.filter((_, index) => taken[index] === undefined);
    const answered = await super.sendBatch(queueUrl, left, options);
    return taken.map((own) => own ?? answered.shift()!);
  }

  private takenIn(queueUrl: string, entry: OutgoingMessage): EntryResult<SentMessage> | undefined {
    const messageId = randomUUID();
    if (!this.parts.takes(queueUrl, messageId, entry)) return undefined;
    this.parts.onSent(queueUrl, messageId, entry);
    return { ok: true, value: { messageId } };
  }
}
