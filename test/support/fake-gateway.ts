import type {
  Clock,
  EntryResult,
  OutgoingMessage,
  QueueGateway,
  SentMessage,
} from '../../lib/contracts/index.js';

export interface SendRequestSeen {
  readonly queueUrl: string;
  readonly entries: readonly OutgoingMessage[];
  readonly bodies: readonly string[];
}

/** What the service says of one entry: accepted, or a failure by its code. */
export type EntryScript = 'ok' | 'missing' | { code: string; senderFault?: boolean };

/** How one request is answered: entry by entry (the last goes for the rest), or by an error for all. */
export type RequestScript = readonly EntryScript[] | Error;

/**
 * A queue service that only takes messages, and answers as it was told. Requests are answered at once, unless `hold()`
 * keeps them until `answerNext()`.
 */
export class FakeGateway implements Pick<QueueGateway, 'sendBatch'> {
  readonly requests: SendRequestSeen[] = [];
  /** Bodies that were accepted, in the order of acceptance. */
  readonly accepted: OutgoingMessage[] = [];
  /** Most requests that were open at one time. */
  mostOpen = 0;
  private readonly scripts: RequestScript[] = [];
  private readonly waiting: (() => void)[] = [];
  private isHolding = false;
  private latency: { clock: Clock; ms: number } | undefined;
  private open = 0;
  private count = 0;

  /** The answers of the next requests, one each; after them everything is accepted. */
  answer(...scripts: RequestScript[]): this {
    this.scripts.push(...scripts);
    return this;
  }

  hold(): this {
    this.isHolding = true;
    return this;
  }

  /** Answers each request after so many milliseconds. */
  answersAfter(clock: Clock, ms: number): this {
    this.latency = { clock, ms };
    return this;
  }

  /** Answers the longest waiting request. */
  answerNext(): void {
    const answer = this.waiting.shift();
    if (answer === undefined) throw new Error('No request waits for its answer.');
    answer();
  }

  /** Answers all that wait, and does not hold any more. */
  release(): void {
    this.isHolding = false;
    for (const answer of this.waiting.splice(0)) answer();
  }

  get openCount(): number {
    return this.open;
  }

  get bodies(): (readonly string[])[] {
    return this.requests.map((request) => request.bodies);
  }

  get asGateway(): QueueGateway {
    return this as unknown as QueueGateway;
  }

  async sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
  ): Promise<EntryResult<SentMessage>[]> {
    this.requests.push({ queueUrl, entries, bodies: entries.map((entry) => entry.body) });
    const script = this.scripts.shift() ?? ['ok'];
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    await this.pass();
    if (this.isHolding) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.open--;
    if (script instanceof Error) throw script;
    return this.answerEntries(entries, script);
  }

  private async pass(): Promise<void> {
    const { latency } = this;
    if (latency === undefined) return;
    await new Promise<void>((resolve) => void latency.clock.setTimer(resolve, latency.ms));
  }

  private answerEntries(
    entries: readonly OutgoingMessage[],
    script: readonly EntryScript[],
  ): EntryResult<SentMessage>[] {
    const results: EntryResult<SentMessage>[] = [];
    entries.forEach((entry, i) => {
      const step = script[Math.min(i, script.length - 1)] ?? 'ok';
      if (step !== 'missing') results[i] = this.answerEntry(entry, step);
    });
    return results;
  }

  private answerEntry(
    entry: OutgoingMessage,
    step: Exclude<EntryScript, 'missing'>,
  ): EntryResult<SentMessage> {
    if (step !== 'ok') {
      const { code, senderFault = false } = step;
      return { ok: false, failure: { code, message: `scripted ${code}`, senderFault } };
    }
    this.accepted.push(entry);
    const messageId = `m-${++this.count}`;
    if (entry.groupId === undefined) return { ok: true, value: { messageId } };
    return { ok: true, value: { messageId, sequenceNumber: String(this.count) } };
  }
}
