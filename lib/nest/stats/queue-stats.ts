import type { Clock, SqsLogger, Timer } from '../../contracts/index.js';
import { Background } from '../../primitives/background.js';
import type { BoundHook } from '../hooks/bound-hook.js';
import type { QueueAttributes } from '../module/queue-attributes.js';

export interface StatsSubscriber {
  readonly everyMs: number;
  readonly hook: BoundHook<[string, QueueAttributes]>;
}

export interface QueueStatsParts {
  readonly clock: Clock;
  readonly logger: SqsLogger;
  readAttributes(queue: string): Promise<QueueAttributes>;
}

/**
 * Tells subscribers regularly how queues are. Each queue has a timer of its own per period, apart from all polling;
 * subscribers with the same period share its request. Without subscribers there is neither timer nor request, nor in a
 * process that stands by: of several that belong together one tells.
 */
export class QueueStats {
  private readonly periods = new Map<number, StatsSubscriber[]>();
  private readonly watched = new Set<string>();
  private readonly timers = new Map<string, Timer>();
  private readonly background: Background;
  private isClosed = false;
  private isStandingBy = false;
  private commonEveryMs: number | undefined;

  constructor(private readonly parts: QueueStatsParts) {
    const { logger } = parts;
    this.background = new Background((error) =>
      logger.error('Queue statistics failed where they should not', {}, error),
    );
  }

  /** One period for all subscribers, in the place of their own. To be called before the first subscribes. */
  tellEvery(everyMs: number): void {
    this.commonEveryMs = everyMs;
  }

  /** To be called before the first queue is watched. */
  subscribe(subscriber: StatsSubscriber): void {
    const everyMs = this.commonEveryMs ?? subscriber.everyMs;
    const present = this.periods.get(everyMs) ?? [];
    this.periods.set(everyMs, [...present, subscriber]);
  }

  watch(queue: string): void {
    if (this.isClosed || this.watched.has(queue)) return;
    this.watched.add(queue);
    if (!this.isStandingBy) this.armAll(queue);
  }

  /** Another process asks and tells; a round that runs already ends. */
  standBy(): void {
    this.isStandingBy = true;
    this.disarm();
  }

  /** From now on this process asks and tells. */
  takeOver(): void {
    if (this.isClosed || !this.isStandingBy) return;
    this.isStandingBy = false;
    for (const queue of this.watched) this.armAll(queue);
  }

  /** Starts no further round and waits for those that run. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.disarm();
    await this.background.idle();
  }

  private armAll(queue: string): void {
    for (const everyMs of this.periods.keys()) this.arm(queue, everyMs);
  }

  private disarm(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  private arm(queue: string, everyMs: number): void {
    const key = `${everyMs} ${queue}`;
    const round = (): void => this.background.track(this.round(queue, everyMs));
    this.timers.get(key)?.cancel();
    this.timers.set(key, this.parts.clock.setTimer(round, everyMs));
  }

  private async round(queue: string, everyMs: number): Promise<void> {
    await this.tell(queue, this.periods.get(everyMs) ?? []);
    if (!this.isClosed && !this.isStandingBy) this.arm(queue, everyMs);
  }

  private async tell(queue: string, subscribers: readonly StatsSubscriber[]): Promise<void> {
    const { readAttributes, logger } = this.parts;
    try {
      const attributes = await readAttributes(queue);
      await Promise.all(subscribers.map(({ hook }) => hook.runIsolated(queue, attributes)));
    } catch (error) {
      logger.error(
        'The attributes of a queue could not be read for @OnQueueStats()',
        { queue },
        error,
      );
    }
  }
}
