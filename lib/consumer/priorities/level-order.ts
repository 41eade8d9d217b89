import type { Level } from './level.js';

/** Which level goes first: when each may ask, how much it may hold, and whose message starts next. Levels are given highest first. */
export interface LevelOrder {
  mayAsk(level: Level): boolean;
  /** How long the next poll of a level waits, seconds. */
  waitTimeSeconds(level: Level): number;
  room(level: Level): number;
  /** Slots that a level may count on. */
  share(level: Level): number;
  /** Of levels that could start something, the one that does. */
  next(ready: readonly Level[]): Level | undefined;
}

export interface LevelOrderParts {
  /** Highest first. */
  readonly levels: readonly Level[];
  readonly slots: { readonly size: number; readonly used: number };
  /** Messages that may be held beyond the running ones. */
  readonly prefetch: number;
  readonly waitTimeSeconds: number;
  readonly budget: { readonly isShort: boolean; standingWaitSeconds(seconds: number): number };
}
