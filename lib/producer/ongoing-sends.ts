import type { Clock, Timer } from '../contracts/clock.js';
import { SendGivenUpError, type SendStage } from '../contracts/errors/index.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { SendResult } from '../contracts/sending.js';

export interface OngoingSendsParts {
  clock: Clock;
  logger: SqsLogger;
  options: { sendTimeoutMs: number; closeTimeoutMs: number };
  /** Some were given up: whatever still waits to be sent with them is to be taken out. */
  onGivenUp(): void;
}

/** When something that sends wait behind last moved on. */
export interface Progress {
  /** Monotonic milliseconds at which a message was last accepted. */
  lastAcceptedAt: number;
}

/**
 * One `send()` to one queue. It ends with what its interceptors make of it, or is given up `sendTimeoutMs` after
 *
 * | it is                                             | counted from                                               |
 * |---------------------------------------------------|------------------------------------------------------------|
 * | PREPARING: interceptors, schema, look-up, order   | its call                                                   |
 * | HELD by `batch()`, whose callback goes on         | never                                                      |
 * | WAITING for room or for a request                 | its call, or the last message that its queue accepted      |
 * | ON ITS WAY: a request with it has left            | what it was when the request left                          |
 * | ACCEPTED: interceptors outside hear of it         | the acceptance; its caller is answered without them then   |
 */
export class OngoingSend {
  stage: SendStage = 'interceptors';
  /** In a `batch()` whose callback may add more: flushing does not wait for it. */
  isInBatch = false;
  /** Requests with it that have left. */
  attempts = 0;
  hasEnded = false;
  /** What it was given up with. */
  error: SendGivenUpError | undefined;
  readonly promise: Promise<SendResult>;
  private isHeld = false;
  private waitsBehind: Progress | undefined;
  private accepted: SendResult | undefined;
  private countsFrom: number;
  private answer!: (result: SendResult) => void;
  private refuse!: (error: unknown) => void;

  constructor(
    /** An interceptor may choose another. */
    public queue: string,
    private readonly startedAt: number,
    private readonly onEnd: (send: OngoingSend) => void,
  ) {
    this.countsFrom = startedAt;
    this.promise = new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  }

  /** Monotonic milliseconds that its time is counted from. */
  get since(): number {
    if (this.isHeld) return Infinity;
    return Math.max(this.countsFrom, this.waitsBehind?.lastAcceptedAt ?? -Infinity);
  }

  /** @throws SendGivenUpError where its caller was told that it is given up: then it must not be sent */
  at(stage: SendStage): void {
    if (this.error !== undefined) throw this.error;
    this.stage = stage;
  }

  hold(): void {
    this.isHeld = true;
  }

  release(now: number): void {
    this.isHeld = this.isInBatch = false;
    this.countsFrom = now;
  }

  /** @throws SendGivenUpError */
  waitBehind(progress: Progress): void {
    this.at('buffer');
    this.waitsBehind = progress;
  }

  left(): void {
    this.countsFrom = this.since;
    this.waitsBehind = undefined;
    this.stage = 'request';
    this.attempts++;
  }

  acceptedAt(now: number): void {
    this.countsFrom = now;
  }

  /** SQS has it, whatever interceptors do from now on. */
  accept(result: SendResult): void {
    this.accepted = result;
  }

  resolve(result: SendResult): void {
    if (this.end()) this.answer(result);
  }

  reject(error: unknown): void {
    if (this.end()) this.refuse(error);
  }

  /** True where its caller is told that it was given up; one that was accepted is answered. */
  giveUp(because: 'timeout' | 'closing', now: number, limitMs: number | undefined): boolean {
    const { queue, attempts, stage, accepted, startedAt } = this;
    if (accepted !== undefined) {
      this.resolve(accepted);
      return false;
    }
    const elapsedMs = now - startedAt;
    const error = new SendGivenUpError({ queue, attempts, stage, elapsedMs, because, limitMs });
    this.error = error;
    this.reject(error);
    return true;
  }

  private end(): boolean {
    if (this.hasEnded) return false;
    this.hasEnded = true;
    this.onEnd(this);
    return true;
  }
}

/** The sends that have not ended, under one timer. */
export class OngoingSends {
  private readonly running = new Set<OngoingSend>();
  private timer: Timer | undefined;

  constructor(private readonly parts: OngoingSendsParts) {}

  begin(queue: string): OngoingSend {
    const { clock, options } = this.parts;
    const send = new OngoingSend(queue, clock.now(), this.forget);
    this.running.add(send);
    this.timer ??= clock.setTimer(this.sweep, options.sendTimeoutMs);
    return send;
  }

  /** Resolves when all that run now have ended, however they end; without those given. */
  async settled(except: readonly OngoingSend[] = []): Promise<void> {
    const awaited = [...this.running].filter((send) => !send.isInBatch && !except.includes(send));
    await Promise.allSettled(awaited.map(({ promise }) => promise));
  }

  get count(): number {
    return this.running.size;
  }

  /** Ends all that are left: when the producer has closed in its time, or when the process exits. */
  giveUpAll(why: 'closed' | 'exiting'): void {
    const limitMs = why === 'closed' ? this.parts.options.closeTimeoutMs : undefined;
    this.giveUp([...this.running], 'closing', limitMs);
  }

  private readonly forget = (send: OngoingSend): void => {
    this.running.delete(send);
    if (this.running.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  };

  private readonly sweep = (): void => {
    const { clock, options } = this.parts;
    this.timer = undefined;
    const now = clock.now();
    const isOver = (send: OngoingSend): boolean => send.since + options.sendTimeoutMs <= now;
    this.giveUp([...this.running].filter(isOver), 'timeout', options.sendTimeoutMs);
    if (this.running.size === 0) return;
    // What begins later is over later, so that it is soon enough to look again when the first of these may be.
    let earliest = now;
    for (const { since } of this.running) earliest = Math.min(earliest, since);
    this.timer = clock.setTimer(this.sweep, earliest + options.sendTimeoutMs - now);
  };

  private giveUp(
    sends: readonly OngoingSend[],
    because: 'timeout' | 'closing',
    limitMs: number | undefined,
  ): void {
    if (sends.length === 0) return;
    const { clock, logger, onGivenUp } = this.parts;
    const limit = limitMs === undefined ? {} : { limitMs };
    const now = clock.now();
    const givenUp = sends.filter((send) => send.giveUp(because, now, limitMs));
    const left = sends.length - givenUp.length;
    if (givenUp.length > 0) {
      const message =
        because === 'timeout' ? 'Sends were given up' : 'Sends were given up as the app closed';
      logger.error(message, { ...factsOf(givenUp), ...limit });
      onGivenUp();
    }
    if (left > 0) {
      const message = 'Interceptors or @PostSend() hooks of accepted sends had not ended';
      logger.warn(message, { count: left, ...limit });
    }
  }
}

function factsOf(sends: readonly OngoingSend[]): Record<string, unknown> {
  const queues: Record<string, number> = {};
  for (const { queue } of sends) queues[queue] = (queues[queue] ?? 0) + 1;
  const inDoubtCount = sends.filter(({ error }) => error?.isInDoubt === true).length;
  return { count: sends.length, queues, inDoubtCount };
}
