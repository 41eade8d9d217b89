import type { Level } from './level.js';
import type { LevelOrder, LevelOrderParts } from './level-order.js';

/**
 * The highest level that has messages goes first, for as long as it has any.
 *
 * | level is | it is asked | the next lower one may ask |
 * |---|---|---|
 * | UNKNOWN | by a poll that waits 0 s | no |
 * | FILLED | again, by more such polls as they bring messages | no |
 * | EMPTY | by one standing poll, which tells at once when something comes | yes |
 * | FAILING | by one probe, after a pause | yes |
 *
 * A poll of 0 s looks at some of SQS's servers only and may miss messages: the standing poll that follows looks at all of
 * them, so what was missed comes one request later. The lowest level has nobody to wait for it: its polls always stand.
 *
 * A message may be held although lower ones fill the room, since it starts before them. So a level counts what is held at
 * its height and above, and waits behind no prefetched lower message; at most one room for prefetching per level is held.
 */
export class StrictOrder implements LevelOrder {
  constructor(private readonly parts: LevelOrderParts) {}

  mayAsk(level: Level): boolean {
    for (const other of this.parts.levels) {
      if (other === level) return true;
      if (!other.isSettled) return false;
    }
    return false;
  }

  waitTimeSeconds(level: Level): number {
    const { budget, waitTimeSeconds, levels } = this.parts;
    const isLowest = level === levels.at(-1);
    const stands = level.state === 'empty' || (isLowest && !budget.isShort);
    return stands ? budget.standingWaitSeconds(waitTimeSeconds) : 0;
  }

  room(level: Level): number {
    const { slots, prefetch, levels } = this.parts;
    let room = slots.size - slots.used + prefetch;
    for (const other of levels) {
      room -= other.worker.heldCount;
      if (other === level) break;
    }
    return room;
  }

  share(): number {
    return this.parts.slots.size;
  }

  next(ready: readonly Level[]): Level | undefined {
    return ready[0];
  }
}
