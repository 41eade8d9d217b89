import type { Clock, Timer } from '../../../contracts/index.js';
import type { LiveLine } from './live-line.js';
import { grouped, inWords, sumOf, totalOf } from './task-counts.js';
import type { TaskCounts } from './task-counts.js';

/** Milliseconds from one line to the next: one that replaces itself, and ones that stay. */
const LIVE_EVERY_MS = 1_000;
const PLAIN_EVERY_MS = 10_000;

export interface ThroughputParts {
  readonly clock: Clock;
  /** A line that replaces itself; undefined where the output is no terminal. */
  readonly live: LiveLine | undefined;
  readonly write: (line: string) => void;
}

/**
 * Says how much is done and how fast: on a terminal in one line that goes on changing, in a pipe in a line every ten
 * seconds in which something was done.
 */
export class Throughput {
  /** By process; what a process did that has died counts on. */
  private readonly counts = new Map<string, TaskCounts>();
  private readonly everyMs: number;
  private timer: Timer | undefined;
  private last = { at: 0, total: 0 };

  constructor(private readonly parts: ThroughputParts) {
    this.everyMs = parts.live === undefined ? PLAIN_EVERY_MS : LIVE_EVERY_MS;
  }

  /** Work has begun. Twice is the same as once. */
  begin(): void {
    if (this.timer !== undefined) return;
    this.last = { at: this.parts.clock.now(), total: this.total };
    this.arm();
  }

  /** All that a process has done so far. */
  update(process: string, counts: TaskCounts): void {
    this.counts.set(process, counts);
  }

  /** The last word, where there was work. */
  end(): void {
    if (this.timer === undefined) return;
    this.timer.cancel();
    this.timer = undefined;
    this.parts.live?.clear();
    this.parts.write(`Ended: ${inWords(sumOf(this.counts.values()))}.`);
  }

  private get total(): number {
    return totalOf(sumOf(this.counts.values()));
  }

  private arm(): void {
    this.timer = this.parts.clock.setTimer(() => this.tick(), this.everyMs);
  }

  private tick(): void {
    const line = this.line();
    if (this.parts.live !== undefined) this.parts.live.show(line.text);
    else if (line.count > 0) this.parts.write(line.text);
    this.arm();
  }

  private line(): { text: string; count: number } {
    const [now, total] = [this.parts.clock.now(), this.total];
    const count = total - this.last.total;
    const perSecond = count / Math.max(0.001, (now - this.last.at) / 1_000);
    this.last = { at: now, total };
    const text = `${inWords(sumOf(this.counts.values()))}; ${grouped(Math.round(perSecond * 10) / 10)} a second`;
    return { text, count };
  }
}
