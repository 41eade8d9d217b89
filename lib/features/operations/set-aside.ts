import { SQS_LIMITS, type ReceivedMessage } from '../../contracts/index.js';
import type { MessageDesk } from './message-desk.js';

/** Handles that are kept to give messages back at the end; older ones come back by themselves. */
const KEPT_HANDLES = 1_000;

/**
 * Messages that stay in the dead-letter queue, hidden while the redrive runs so that it does not meet them again. Their
 * ids are known, at most as many as SQS lets be in flight; of their handles only the newest are kept.
 */
export class SetAside {
  private readonly ids = new Set<string>();
  private handles: Pick<ReceivedMessage, 'receiptHandle'>[] = [];
  private dropped = 0;

  has(messageId: string): boolean {
    return this.ids.has(messageId);
  }

  /** No more can be hidden. */
  get isFull(): boolean {
    return this.ids.size >= SQS_LIMITS.inFlightMessages;
  }

  /** True where it was not there before. */
  add({ messageId, receiptHandle }: ReceivedMessage): boolean {
    const isNew = !this.ids.has(messageId);
    this.ids.add(messageId);
    this.handles.push({ receiptHandle });
    if (this.handles.length === 2 * KEPT_HANDLES) this.dropOldest();
    return isNew;
  }

  /** Answers how many stay hidden for the rest of their visibility timeout. */
  async giveBack(desk: MessageDesk): Promise<number> {
    const handles = this.handles;
    this.handles = [];
    const left = await desk.giveBack(handles);
    return this.dropped + left.length;
  }

  private dropOldest(): void {
    this.handles = this.handles.slice(-KEPT_HANDLES);
    this.dropped += KEPT_HANDLES;
  }
}
