import {
  SQS_LIMITS,
  type Clock,
  type QueueDrainReport,
  type QueueHandle,
} from '../../contracts/index.js';
import { MessageDesk } from './message-desk.js';
import type { ResolvedDrain } from './options.js';

/** Requests under way at a time: ten messages each are all that is held. */
const LANES = 4;
/** Only what a killed drain held waits for it. */
const VISIBILITY_SECONDS = 60;

/** Receives and deletes until a receive stays empty, or until nothing has arrived for the idle time. */
export function drainQueue(
  queue: QueueHandle,
  options: ResolvedDrain,
  clock: Clock,
): Promise<QueueDrainReport> {
  return new QueueDrain(queue, options, clock).run();
}

class QueueDrain {
  private deletedCount = 0;
  private failedCount = 0;
  /** Messages that lanes have asked for and not yet deleted. */
  private asked = 0;
  private readonly failed = new AbortController();
  private readonly desk: MessageDesk;

  constructor(
    queue: QueueHandle,
    private readonly options: ResolvedDrain,
    clock: Clock,
  ) {
    const { waitTimeSeconds, idleSeconds, signal } = options;
    const visibilityTimeoutSeconds = VISIBILITY_SECONDS;
    const ends = [this.failed.signal, ...(signal === undefined ? [] : [signal])];
    const idle = { seconds: idleSeconds, signal: AbortSignal.any(ends) };
    this.desk = new MessageDesk({
      queue,
      clock,
      waitTimeSeconds,
      visibilityTimeoutSeconds,
      ...(idleSeconds > 0 && { idle }),
    });
  }

  async run(): Promise<QueueDrainReport> {
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => this.lane()));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    return { ...this.progress(), wasCancelled: this.isCancelled };
  }

  private async lane(): Promise<void> {
    try {
      while (await this.step());
    } catch (error) {
      this.failed.abort();
      throw error;
    }
  }

  /** False once there is nothing more to do. */
  private async step(): Promise<boolean> {
    const room = Math.min(
      SQS_LIMITS.batchEntries,
      this.options.maxMessages - this.deletedCount - this.asked,
    );
    if (this.isCancelled || this.failed.signal.aborted || room <= 0) return false;
    this.asked += room;
    try {
      return await this.takeAndDelete(room);
    } finally {
      this.asked -= room;
    }
  }

  private async takeAndDelete(room: number): Promise<boolean> {
    const messages = await this.desk.take(room);
    if (messages.length === 0) return false;
    this.desk.arrived();
    if (this.isCancelled) {
      await this.desk.giveBack(messages);
      return false;
    }
    const left = await this.desk.delete(messages);
    this.deletedCount += messages.length - left.length;
    this.failedCount += left.length;
    this.options.onProgress?.(this.progress());
    return true;
  }

  private progress() {
    return { deletedCount: this.deletedCount, failedCount: this.failedCount };
  }

  private get isCancelled(): boolean {
    return this.options.signal?.aborted === true;
  }
}
