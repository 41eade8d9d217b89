import type { Clock } from '../contracts/clock.js';
import { MessageTooLargeError } from '../contracts/errors/index.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import type { QueueHandle, QueueSizeLimit } from '../contracts/queue-handle.js';

/** Milliseconds for which a limit that was read again is taken to be right. */
const FRESH_MS = 1_000;

/**
 * The size limits of queues, which may be raised while the app runs: before a message is refused for its size, the limit
 * is read again. One that was lowered is told by SQS, which refuses the message.
 */
export class SizeLimits {
  private readonly readAt = new WeakMap<QueueSizeLimit, number>();

  constructor(private readonly clock: Clock) {}

  /** True where the message that was refused with this error fits by now. */
  async hasGrown({ sizeLimit }: QueueHandle, error: unknown): Promise<boolean> {
    if (!(error instanceof MessageTooLargeError) || sizeLimit === undefined) return false;
    if (error.bytes > SQS_LIMITS.messageBytes) return false;
    await this.refresh(sizeLimit);
    return error.bytes <= sizeLimit.bytes;
  }

  private async refresh(limit: QueueSizeLimit): Promise<void> {
    const now = this.clock.now();
    const readAt = this.readAt.get(limit);
    if (readAt !== undefined && now - readAt < FRESH_MS) return;
    await limit.read();
    this.readAt.set(limit, now);
  }
}
