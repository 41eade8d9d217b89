import type { WritePacket } from '@nestjs/microservices';
import { RemoteTaskError, ReplyGapError, RequestTimeoutError } from '../../contracts/index.js';
import type { Clock, Timer } from '../../contracts/index.js';
import type { ReplyPacket } from '../replies/reply-packet.js';

export interface PendingRequestFacts {
  readonly id: string;
  readonly queue: string;
  readonly pattern: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly callback: (packet: WritePacket) => void;
  /** It has ended, however it ended. */
  readonly onEnd: (request: PendingRequest) => void;
}

/** What is kept of values that came before their turn; standard queues mix up far fewer. */
const MAX_EARLY = 10_000;
const MAX_EARLY_BYTES = 64 * 1024 * 1024;

/**
 * A call that waits. SQS may give replies out of order and more than once, and a request that runs twice is answered
 * twice: each value is taken once, by its place. Silence longer than `timeoutMs` ends the call.
 */
export class PendingRequest {
  private next = 0;
  private isOver = false;
  private readonly early = new Map<number, { packet: ReplyPacket; bytes: number }>();
  private earlyBytes = 0;
  private timer: Timer | undefined;

  constructor(readonly facts: PendingRequestFacts) {
    this.listenOn();
  }

  get id(): string {
    return this.facts.id;
  }

  get hasEnded(): boolean {
    return this.isOver;
  }

  /** False for what came before. @param bytes size of the reply, as it came */
  take(packet: ReplyPacket, bytes: number): boolean {
    if (this.isOver) return false;
    // Another run of the same task may end sooner than the one whose values came first.
    if (packet.isDisposed === true && packet.index < this.next)
      return this.finish({ ...packet, response: undefined });
    if (packet.index < this.next || this.early.has(packet.index)) return false;
    this.early.set(packet.index, { packet, bytes });
    this.earlyBytes += bytes;
    if (packet.index === this.next) this.listenOn();
    this.handOn();
    if (this.early.size > MAX_EARLY || this.earlyBytes > MAX_EARLY_BYTES) this.giveUp();
    return true;
  }

  private giveUp(): void {
    const { queue, pattern } = this.facts;
    const kept = { kept: this.early.size, bytes: this.earlyBytes };
    this.fail(new ReplyGapError({ queue, pattern, missing: this.next, ...kept }));
  }

  fail(error: unknown): void {
    this.end({ err: error, isDisposed: true });
  }

  /** Nobody listens any more. */
  cancel(): void {
    this.end(undefined);
  }

  private handOn(): void {
    for (
      let due = this.early.get(this.next);
      due !== undefined && !this.isOver;
      due = this.early.get(this.next)
    ) {
      this.early.delete(this.next++);
      this.earlyBytes -= due.bytes;
      const { packet } = due;
      if (packet.isDisposed === true) this.finish(packet);
      else this.facts.callback({ response: packet.response });
    }
  }

  private finish({ err, response }: ReplyPacket): true {
    if (err === undefined) this.end({ response, isDisposed: true });
    else this.fail(new RemoteTaskError(err));
    return true;
  }

  private end(packet: WritePacket | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.early.clear();
    this.earlyBytes = 0;
    this.timer?.cancel();
    this.facts.onEnd(this);
    if (packet !== undefined) this.facts.callback(packet);
  }

  private listenOn(): void {
    const { clock, timeoutMs, queue, pattern } = this.facts;
    this.timer?.cancel();
    this.timer = clock.setTimer(
      () => this.fail(new RequestTimeoutError({ queue, pattern, timeoutMs })),
      timeoutMs,
    );
  }
}
