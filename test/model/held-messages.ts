import type {
  Clock,
  EntryResult,
  ReceivedMessage,
  VisibilityChange,
} from '../../lib/contracts/index.js';
import type { GivenFacts, ReceiptOperation } from './model-gateway.js';

/** What a process knows of a message that it was given. */
interface Held {
  readonly message: ReceivedMessage;
  readonly askedAt: number;
  readonly timeoutMs: number;
  givenAt: number;
  /** When its visibility timeout ends, as far as this process can know. */
  deadline: number;
  /** SQS refused to extend it, or gave the message again. */
  isRefused: boolean;
  /** When SQS gave the message again. */
  replacedAt: number | undefined;
  /** Its handler has ended, or the process gave it back or lost track of it through a fault. */
  isSettled: boolean;
  /** A settlement has left. */
  isSettling: boolean;
  /** The operation on its receipt that is under way. */
  operation: object | undefined;
}

export interface HeldMessagesParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly visibilityTimeoutSeconds: number;
  violated(messageId: string, what: string): void;
}

/** The messages that one process was given, by receipt, and what it may believe of each. */
export class HeldMessages {
  private readonly all = new Map<string, Held>();

  constructor(private readonly parts: HeldMessagesParts) {}

  given(messages: readonly ReceivedMessage[], { askedAt, seconds, isLost }: GivenFacts): void {
    const times = { askedAt, givenAt: this.now, timeoutMs: seconds * 1_000 };
    for (const message of messages) {
      const held: Held = {
        ...times,
        message,
        deadline: deadlineOf(times),
        isRefused: false,
        replacedAt: undefined,
        isSettled: isLost,
        isSettling: false,
        operation: undefined,
      };
      if (!isLost) this.replace(held);
      this.all.set(message.receiptHandle, held);
    }
  }

  /** The event loop stands still: an answer that was just coming in is read, and its time taken, after that. */
  stalls(ms: number): void {
    for (const held of this.all.values()) {
      if (held.givenAt !== this.now) continue;
      held.givenAt += ms;
      held.deadline = Math.max(held.deadline, deadlineOf(held));
    }
  }

  idOf(receipt: string): string | undefined {
    return this.all.get(receipt)?.message.messageId;
  }

  settled(receipt: string): void {
    const held = this.all.get(receipt);
    if (held !== undefined) held.isSettled = true;
  }

  /** The process has told that it gives a settlement up: the visibility timeout decides. */
  givenUp(messageId: string): void {
    for (const held of this.all.values()) {
      if (held.isSettling && held.message.messageId === messageId) held.isSettled = true;
    }
  }

  /** It may believe that the message is its own: what SQS confirms now proves something. */
  isOurs(receipt: string, now = this.now): boolean {
    const held = this.all.get(receipt);
    return held !== undefined && !held.isRefused && now < held.deadline;
  }

  /**
   * A handler may begin under it. That the message was given again is known once that answer has been read, in this very
   * moment but a few turns of promises later; who began meanwhile is told then.
   */
  mayBegin(receipt: string): boolean {
    const held = this.all.get(receipt);
    if (held === undefined || this.now >= held.deadline) return false;
    return !held.isRefused || held.replacedAt === this.now;
  }

  /** Receipts that are its own as far as it can know, and that it has not begun to settle. */
  unsettled(): string[] {
    const receipts = [...this.all.keys()].filter((receipt) => this.isOurs(receipt));
    return receipts.filter((receipt) => this.all.get(receipt)?.isSettled === false);
  }

  /** An operation leaves: one at a time on a receipt, and no extension after a settlement. */
  begins(receipts: readonly string[], kind: ReceiptOperation): () => void {
    const operation = {};
    const all = receipts.flatMap((receipt) => this.all.get(receipt) ?? []);
    for (const held of all) {
      const { messageId } = held.message;
      if (held.operation !== undefined) this.parts.violated(messageId, `${kind} beside another`);
      const isLate = kind === 'extend' && held.isSettling;
      if (isLate) this.parts.violated(messageId, 'extend after its settlement');
      if (kind !== 'extend') held.isSettling = true;
      held.operation = operation;
    }
    return () => {
      for (const held of all) if (held.operation === operation) held.operation = undefined;
    };
  }

  visibilityApplied(entries: readonly VisibilityChange[]): void {
    for (const entry of entries) if (!this.isExtension(entry)) this.settled(entry.receiptHandle);
  }

  visibilityAnswered(
    entries: readonly VisibilityChange[],
    results: readonly EntryResult[],
    askedAt: number,
  ): void {
    for (const [i, entry] of entries.entries()) {
      const held = this.all.get(entry.receiptHandle);
      const result = results[i];
      if (held === undefined || result === undefined) continue;
      // Said after the old lease had ended, a yes proves nothing.
      if (result.ok && this.isOurs(entry.receiptHandle)) {
        held.deadline = askedAt + entry.visibilityTimeoutSeconds * 1_000;
      }
      if (result.ok || !result.failure.senderFault) continue;
      held.isRefused = true;
      if (!this.isExtension(entry)) held.isSettled = true;
    }
  }

  /** Of two receipts of one message, the newer counts. */
  private replace(held: Held): void {
    for (const other of this.all.values()) {
      if (other.message.messageId !== held.message.messageId) continue;
      if (other.message.receiptHandle === held.message.receiptHandle) continue;
      if (other.isSettled || other.isSettling) continue;
      const isNewer = receiveCountOf(held) >= receiveCountOf(other);
      const older = isNewer ? other : held;
      older.isRefused = true;
      older.replacedAt = this.now;
    }
    if (held.isRefused) held.isSettled = true;
  }

  /** Anything else means that the process is done with the message. */
  private isExtension({ visibilityTimeoutSeconds }: VisibilityChange): boolean {
    return visibilityTimeoutSeconds === this.parts.visibilityTimeoutSeconds;
  }

  private get now(): number {
    return this.parts.clock.now();
  }
}

/** As the engine counts: from a sixth of the timeout before the answer was read, never from before it was asked for. */
function deadlineOf(times: { askedAt: number; givenAt: number; timeoutMs: number }): number {
  return Math.max(times.askedAt, times.givenAt - times.timeoutMs / 6) + times.timeoutMs;
}

function receiveCountOf({ message }: Held): number {
  return Number(message.systemAttributes.ApproximateReceiveCount);
}
