import type { PollTurn } from '../polling/poll-turn.js';
import type { SlotWatch } from '../slot-watch.js';
import type { Slots } from '../slots.js';

/** What the engine of one level leaves to all levels of its queue together. */
export interface LevelSeat {
  /** Logical name of the queue: what events, deliveries and handlers call it. */
  readonly queue: string;
  readonly priority: number;
  readonly slots: Slots;
  readonly slotWatch: SlotWatch;
  readonly turn: PollTurn;
  /** Starts what is next, of whichever level. */
  dispatch(): void;
  /** Messages that the level may hold and ask for, those that its own open polls may bring not counted. */
  room(): number;
  /** Slots that it may count on. */
  share(): number;
  /** A handler could start, and no level holds anything for it. */
  isStarving(): boolean;
  /** Nothing of the level runs or waits any more. */
  becameEmpty(): void;
}
