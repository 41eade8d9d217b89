import type { Level } from './level.js';
import type { LevelOrder, LevelOrderParts } from './level-order.js';

export interface WeightedOrderParts extends LevelOrderParts {
  weightOf(level: Level): number;
}

/** Starts that a level may make up for, after a poll kept it waiting. */
const maxLag = 20;
/** Messages that a level may hold beyond the prefetch, for the time that a poll takes. */
const maxAhead = 20;
/** Seconds that a poll waits where many levels share few sockets. */
const crowdedWaitSeconds = 1;

/**
 * All levels are asked at once, and share the slots by their weights: smooth weighted round robin. Each level has a mark
 * that moves by 1 / weight with each start, and of those that hold messages the one whose mark is furthest behind starts
 * next. A level that had nothing begins where the others are; one whose poll is under way catches up, within a bound.
 *
 * What a level may hold is its share of the slots among those that have messages, and the prefetch on top: the shares of
 * empty levels go to the others. Where handlers are quick, it may also hold what it starts while a poll is under way; else
 * levels of great weight would run dry before the others. Slots that nobody has a message for are anybody's.
 */
export class WeightedOrder implements LevelOrder {
  private readonly marks = new Map<Level, number>();
  private now = 0;

  constructor(private readonly parts: WeightedOrderParts) {}

  mayAsk(): boolean {
    return true;
  }

  waitTimeSeconds(level: Level): number {
    const { budget, waitTimeSeconds } = this.parts;
    if (level.state === 'empty') return budget.standingWaitSeconds(waitTimeSeconds);
    return budget.isShort ? Math.min(crowdedWaitSeconds, waitTimeSeconds) : waitTimeSeconds;
  }

  room(level: Level): number {
    const { worker } = level;
    const most = this.share(level) + this.parts.prefetch + this.ahead(level);
    const room = most - worker.usedSlots - worker.heldCount;
    return Math.max(room, this.idleSlots());
  }

  share(level: Level): number {
    return Math.ceil(this.parts.slots.size * this.fraction(level));
  }

  next(ready: readonly Level[]): Level | undefined {
    let first: Level | undefined;
    for (const level of ready) {
      if (first === undefined || this.markOf(level) < this.markOf(first)) first = level;
    }
    if (first !== undefined) this.advance(first);
    return first;
  }

  private idleSlots(): number {
    const { slots, levels } = this.parts;
    const isAwaited = levels.some(({ worker }) => worker.canStart);
    return isAwaited ? 0 : slots.size - slots.used;
  }

  private ahead(level: Level): number {
    if (this.parts.prefetch === 0) return 0;
    return Math.min(maxAhead, Math.ceil(level.startsWhileAsked * this.fraction(level)));
  }

  private fraction(level: Level): number {
    const { levels, weightOf } = this.parts;
    let total = 0;
    for (const other of levels) {
      if (other === level || isActive(other)) total += weightOf(other);
    }
    return weightOf(level) / total;
  }

  private advance(level: Level): void {
    const mark = this.markOf(level);
    this.now = Math.max(this.now, mark);
    this.marks.set(level, mark + 1 / this.parts.weightOf(level));
    for (const other of this.parts.levels) if (!isActive(other)) this.marks.delete(other);
  }

  private markOf(level: Level): number {
    const earliest = this.now - maxLag / this.parts.weightOf(level);
    return Math.max(this.marks.get(level) ?? this.now, earliest);
  }
}

function isActive({ state, worker }: Level): boolean {
  return state === 'filled' || worker.usedSlots > 0 || worker.heldCount > 0;
}
