import { GatewayError, InvalidOptionsError } from '../../contracts/index.js';
import type {
  CallOptions,
  Clock,
  EntryResult,
  QueueGateway,
  ReceivedMessage,
  ReceiveRequest,
  VisibilityChange,
} from '../../contracts/index.js';
import { isInterval, MAX_INTERVAL_MS } from './pipeline-options.js';
import { waitUntil } from './wait-until.js';

/** Milliseconds between two answers of a source without an interval: the event loop lives on between them. */
const MIN_WAIT_MS = 1;

export interface SourceGatewayParts {
  /** `words.generate` */
  readonly path: string;
  readonly intervalMs: number | (() => number);
  readonly clock: Clock;
}

/**
 * What stands before a source in the place of an SQS queue: each message is one run of it, given when it is due. So a
 * source has everything that a worker's queue has: slots, time limits, hooks, pause, drain, status.
 */
export class SourceGateway implements QueueGateway {
  readonly kind = 'source';
  private givenCount = 0;
  /** Monotonic time before which nothing is due. */
  private dueAt = -Infinity;
  /** Failures since the last success. */
  private failedCount = 0;
  /** Attempt of each run that has not ended. */
  private readonly running = new Map<string, number>();

  constructor(private readonly parts: SourceGatewayParts) {}

  async receive(
    _queueUrl: string,
    { maxMessages, waitTimeSeconds }: ReceiveRequest,
    { signal }: CallOptions = {},
  ): Promise<ReceivedMessage[]> {
    const { clock } = this.parts;
    const endsAt = clock.now() + waitTimeSeconds * 1000;
    do {
      await waitUntil(clock, Math.min(this.nextAt(), endsAt), signal);
      if (signal?.aborted === true) throw cutShort();
    } while (clock.now() < this.dueAt && clock.now() < endsAt);
    return clock.now() < this.dueAt ? [] : this.give(maxMessages);
  }

  async deleteBatch(_queueUrl: string, handles: readonly string[]): Promise<EntryResult[]> {
    this.failedCount = 0;
    return handles.map((handle) => this.ended(handle));
  }

  /** A run that failed is not repeated as such: the source rests as long as its policy says, then it runs again. */
  async changeVisibilityBatch(
    _queueUrl: string,
    entries: readonly VisibilityChange[],
  ): Promise<EntryResult[]> {
    return entries.map(({ receiptHandle, visibilityTimeoutSeconds }) => {
      const attempt = this.running.get(receiptHandle);
      if (attempt !== undefined) this.rest(attempt, visibilityTimeoutSeconds);
      return this.ended(receiptHandle);
    });
  }

  async getQueueAttributes(): Promise<Record<string, string>> {
    return {};
  }

  async close(): Promise<void> {}

  getQueueUrl(): Promise<never> {
    return this.refuse('GetQueueUrl');
  }

  createQueue(): Promise<never> {
    return this.refuse('CreateQueue');
  }

  deleteQueue(): Promise<never> {
    return this.refuse('DeleteQueue');
  }

  async *listQueueUrls(): AsyncGenerator<string> {}

  async *listDeadLetterSourceUrls(): AsyncGenerator<string> {}

  setQueueAttributes(): Promise<never> {
    return this.refuse('SetQueueAttributes');
  }

  purgeQueue(): Promise<never> {
    return this.refuse('PurgeQueue');
  }

  tagQueue(): Promise<never> {
    return this.refuse('TagQueue');
  }

  listQueueTags(): Promise<never> {
    return this.refuse('ListQueueTags');
  }

  sendBatch(): Promise<never> {
    return this.refuse('SendMessageBatch');
  }

  startMoveTask(): Promise<never> {
    return this.refuse('StartMessageMoveTask');
  }

  listMoveTasks(): Promise<never> {
    return this.refuse('ListMessageMoveTasks');
  }

  cancelMoveTask(): Promise<never> {
    return this.refuse('CancelMessageMoveTask');
  }

  private nextAt(): number {
    return Math.max(this.dueAt, this.parts.clock.now() + MIN_WAIT_MS);
  }

  /** With an interval one at a time; without one as many as there is room for. */
  private give(room: number): ReceivedMessage[] {
    const intervalMs = this.nextInterval();
    this.dueAt = this.parts.clock.now() + intervalMs;
    const count = intervalMs > 0 ? 1 : room;
    return Array.from({ length: count }, () => this.run());
  }

  private run(): ReceivedMessage {
    const messageId = `${this.parts.path}-${++this.givenCount}`;
    const attempt = this.failedCount + 1;
    this.running.set(messageId, attempt);
    return {
      messageId,
      receiptHandle: messageId,
      body: '',
      attributes: {},
      systemAttributes: {
        ApproximateReceiveCount: String(attempt),
        SentTimestamp: String(this.parts.clock.wallNow()),
      },
    };
  }

  /** A wrong answer fails the receive: it is said, and asked again after a pause. @throws InvalidOptionsError */
  private nextInterval(): number {
    const { intervalMs, path } = this.parts;
    const answer: unknown = typeof intervalMs === 'function' ? intervalMs() : intervalMs;
    if (isInterval(answer)) return answer;
    const problem = `expected intervalMs() to answer a number from 0 to ${MAX_INTERVAL_MS}, got ${String(answer)}`;
    throw new InvalidOptionsError({ where: `@Source() "${path}"`, problems: [problem] });
  }

  private rest(attempt: number, seconds: number): void {
    // Given back unstarted: nothing failed, and the run is due as it was.
    if (seconds === 0) {
      this.dueAt = Math.min(this.dueAt, this.parts.clock.now());
      return;
    }
    this.failedCount = Math.max(this.failedCount, attempt);
    this.dueAt = Math.max(this.dueAt, this.parts.clock.now() + seconds * 1000);
  }

  private ended(receiptHandle: string): EntryResult {
    this.running.delete(receiptHandle);
    return { ok: true, value: undefined };
  }

  private async refuse(operation: string): Promise<never> {
    const detail = `"${this.parts.path}" is a source, not a queue`;
    throw new GatewayError({ kind: 'unsupported', operation, detail });
  }
}

function cutShort(): GatewayError {
  const detail = 'it was ended here';
  return new GatewayError({ kind: 'aborted', operation: 'ReceiveMessage', detail });
}
