import type { Clock, Timer } from '../contracts/clock.js';
import { isTurnAwaited, nextTurn } from './loop-turn.js';

interface Entry {
  at: number;
  order: number;
  callback: () => void;
}

/**
 * A clock that moves only when it is told to. Timers fire in the order of their time, then of their making; before and
 * after each one everything that waits on promises runs, so that code which sets the next timer gets its turn.
 */
export class ManualClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly entries = new Set<Entry>();

  constructor(private readonly startedAt = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  wallNow(): number {
    return this.startedAt + this.time;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const entry = { at: this.time + Math.max(0, delayMs), order: this.order++, callback };
    this.entries.add(entry);
    return { cancel: () => void this.entries.delete(entry) };
  }

  /** Timers that have not fired. */
  get pendingTimers(): number {
    return this.entries.size;
  }

  /** Milliseconds until the next timer; undefined where there is none. */
  get nextTimerInMs(): number | undefined {
    const next = this.earliest(Infinity);
    return next === undefined ? undefined : next.at - this.time;
  }

  /** Moves time on, firing what comes due on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.time + ms;
    await this.settle();
    while (await this.step(target - this.time));
    this.time = Math.max(this.time, target);
  }

  /** Moves to the next timer within `ms` and fires it; answers false, and moves nowhere, where there is none. */
  async step(ms: number): Promise<boolean> {
    const next = this.earliest(this.time + ms);
    if (next === undefined) return false;
    this.time = Math.max(this.time, next.at);
    this.entries.delete(next);
    next.callback();
    await this.settle();
    return true;
  }

  /** Time passes while nothing runs, as when the event loop is blocked: what came due meanwhile fires later. */
  stall(ms: number): void {
    this.time += ms;
  }

  /** Gives whatever waits on promises its turn. */
  protected settle(): Promise<void> {
    return settlePromises();
  }

  private earliest(until: number): Entry | undefined {
    let found: Entry | undefined;
    for (const entry of this.entries) {
      if (entry.at > until) continue;
      if (found === undefined || isBefore(entry, found)) found = entry;
    }
    return found;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

const rounds = 3;
/** A loop that never comes to rest must not hold time for ever. */
const maxRounds = 1_000;

/** Lets every promise reaction and immediate that is waiting run, however deep it chains. */
export async function settlePromises(): Promise<void> {
  for (let round = 0; round < rounds || (isTurnAwaited() && round < maxRounds); round++) {
    await nextTurn();
  }
}
