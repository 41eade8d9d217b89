import { SQS_LIMITS } from '../../contracts/limits.js';
import { RecentMap } from './recent-map.js';
import type { StoredMessage } from './stored-message.js';

/**
 * Remembers what FIFO receives with an attempt id were given, so that the same id gets the same again for five
 * minutes, unless one of the messages was deleted or its visibility changed or ended.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html}
 */
export class ReceiveAttempts {
  private readonly attempts = new RecentMap<readonly Given[]>(
    SQS_LIMITS.deduplicationSeconds * 1_000,
  );

  /** The messages of an attempt that can be repeated. */
  find(id: string, now: number): StoredMessage[] | undefined {
    const given = this.attempts.get(id, now);
    return given?.every(isUntouched) ? given.map(({ message }) => message) : undefined;
  }

  remember(id: string, messages: readonly StoredMessage[], now: number): void {
    const given = messages.map((message) => ({ message, receipt: message.receipt }));
    this.attempts.set(id, given, now);
  }
}

interface Given {
  message: StoredMessage;
  receipt: number;
}

function isUntouched({ message, receipt }: Given): boolean {
  return message.state === 'inflight' && message.receipt === receipt && !message.touched;
}
