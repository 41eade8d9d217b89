import {
  SQS_LIMITS,
  type Clock,
  type EntryResult,
  type QueueHandle,
  type ReceivedMessage,
} from '../../contracts/index.js';
import { withLoopTurn } from '../../primitives/loop-turn.js';
import { pause } from '../../primitives/pause.js';
import { backOff, patiently } from './patient.js';

export interface MessageDeskParts {
  readonly queue: QueueHandle;
  readonly clock: Clock;
  readonly visibilityTimeoutSeconds: number;
  readonly waitTimeSeconds: number;
  /** An empty queue is looked at again until nothing has arrived for so long. @default one empty receive is enough */
  readonly idle?: { readonly seconds: number; readonly signal: AbortSignal };
}

const ENTRY_ATTEMPTS = 4;
/** Between two empty receives at least, however fast the service answers. */
const LOOK_EVERY_MS = 1_000;

/** Takes messages from one queue and deletes or gives back what it took; passing failures are repeated. */
export class MessageDesk {
  private lastArrivalAt: number;

  constructor(private readonly parts: MessageDeskParts) {
    this.lastArrivalAt = parts.clock.now();
  }

  /** Something new was received: the idle time begins again. */
  arrived(): void {
    this.lastArrivalAt = this.parts.clock.now();
  }

  /** Nothing has arrived for the idle time; without one always. */
  get isIdle(): boolean {
    const { clock, idle } = this.parts;
    return clock.now() - this.lastArrivalAt >= (idle?.seconds ?? 0) * 1_000;
  }

  /** Up to ten; none where the queue stayed empty for `waitTimeSeconds`, and for the idle time where there is one. */
  async take(maxMessages: number): Promise<ReceivedMessage[]> {
    const { clock, idle } = this.parts;
    for (;;) {
      const askedAt = clock.now();
      const messages = await this.receive(maxMessages);
      if (messages.length > 0 || idle === undefined || this.isIdle) return messages;
      await pause(clock, Math.max(0, askedAt + LOOK_EVERY_MS - clock.now()), idle.signal);
      if (idle.signal.aborted) return [];
    }
  }

  /** Answers those that SQS would not delete. */
  delete(messages: readonly ReceivedMessage[]): Promise<ReceivedMessage[]> {
    const { gateway, url } = this.parts.queue;
    return this.settle(messages, (some) =>
      gateway.deleteBatch(
        url,
        some.map(({ receiptHandle }) => receiptHandle),
      ),
    );
  }

  /** Makes them visible at once; answers those that stay hidden for the rest of their timeout. */
  giveBack<M extends Pick<ReceivedMessage, 'receiptHandle'>>(messages: readonly M[]): Promise<M[]> {
    const { gateway, url } = this.parts.queue;
    return this.settle(messages, (some) =>
      gateway.changeVisibilityBatch(
        url,
        some.map(({ receiptHandle }) => ({ receiptHandle, visibilityTimeoutSeconds: 0 })),
      ),
    );
  }

  private receive(maxMessages: number): Promise<ReceivedMessage[]> {
    const { queue, clock, waitTimeSeconds, visibilityTimeoutSeconds } = this.parts;
    const count = Math.min(maxMessages, SQS_LIMITS.batchEntries);
    const request = { maxMessages: count, waitTimeSeconds, visibilityTimeoutSeconds };
    return withLoopTurn(() => patiently(clock, () => queue.gateway.receive(queue.url, request)));
  }

  private async settle<M>(
    messages: readonly M[],
    call: (some: readonly M[]) => Promise<EntryResult[]>,
  ): Promise<M[]> {
    const left: M[] = [];
    for (let at = 0; at < messages.length; at += SQS_LIMITS.batchEntries) {
      left.push(...(await this.settleTen(messages.slice(at, at + SQS_LIMITS.batchEntries), call)));
    }
    return left;
  }

  private async settleTen<M>(
    messages: readonly M[],
    call: (some: readonly M[]) => Promise<EntryResult[]>,
  ): Promise<M[]> {
    const { clock } = this.parts;
    const refused: M[] = [];
    let open = messages;
    for (let attempt = 1; open.length > 0 && attempt <= ENTRY_ATTEMPTS; attempt++) {
      if (attempt > 1) await backOff(clock, attempt);
      const asked = open;
      const results = await patiently(clock, () => call(asked));
      refused.push(...asked.filter((_, i) => isFinal(results[i])));
      open = asked.filter((_, i) => isPassing(results[i]));
    }
    return [...refused, ...open];
  }
}

function isFinal(result: EntryResult | undefined): boolean {
  return result?.ok === false && result.failure.senderFault;
}

function isPassing(result: EntryResult | undefined): boolean {
  return result === undefined || (!result.ok && !result.failure.senderFault);
}
