import type { MessageState, StoredMessage } from './stored-message.js';

/** The order in which a queue hands out its messages: one kind for standard queues, one for FIFO. */
export interface Shelf {
  /** The message was in `from` and is now in `message.state`. A new one comes from `gone`. */
  moved(message: StoredMessage, from: MessageState): void;
  /** The message to hand out next, left where it is; one `turn` object per receive. */
  next(turn: ReceiveTurn): StoredMessage | undefined;
}

/** What a shelf remembers during one receive. */
export interface ReceiveTurn {
  groupId?: string;
}
