import type { SentMessage } from '../contracts/gateway.js';
import { SQS_LIMITS } from '../contracts/limits.js';
import type { OngoingSend } from './ongoing-sends.js';
import type { CheckedMessage } from './send-lanes.js';

/** Sends a message that is ready; resolves once SQS has accepted it. */
export type SendPrepared = (checked: CheckedMessage, ongoing: OngoingSend) => Promise<SentMessage>;

interface Held {
  readonly checked: CheckedMessage;
  readonly ongoing: OngoingSend;
  resolve(sent: SentMessage | Promise<SentMessage>): void;
  reject(reason: unknown): void;
}

/** Messages that wait, queue by queue, until they fill a request. */
export class HeldMessages {
  private readonly byUrl = new Map<string, Held[]>();

  constructor(private readonly sendPrepared: SendPrepared) {}

  hold(checked: CheckedMessage, ongoing: OngoingSend): Promise<SentMessage> {
    return new Promise((resolve, reject) => this.keep({ checked, ongoing, resolve, reject }));
  }

  releaseAll(): void {
    for (const url of this.byUrl.keys()) this.release(url);
  }

  rejectAll(reason: unknown): void {
    for (const held of this.byUrl.values()) held.forEach(({ reject }) => reject(reason));
    this.byUrl.clear();
  }

  private keep(held: Held): void {
    const { url } = held.checked.queue;
    if (!fitsWith(this.byUrl.get(url) ?? [], held)) this.release(url);
    const waiting = this.byUrl.get(url) ?? [];
    this.byUrl.set(url, waiting);
    waiting.push(held);
    if (waiting.length === SQS_LIMITS.batchEntries) this.release(url);
  }

  private release(url: string): void {
    const leaving = this.byUrl.get(url) ?? [];
    this.byUrl.delete(url);
    for (const { checked, ongoing, resolve } of leaving) {
      resolve(this.sendPrepared(checked, ongoing));
    }
  }
}

function fitsWith(waiting: readonly Held[], held: Held): boolean {
  const bytes = waiting.reduce((sum, { checked }) => sum + checked.bytes, held.checked.bytes);
  return bytes <= SQS_LIMITS.messageBytes;
}
