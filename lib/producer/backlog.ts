import type { EndedAttempt, PendingSend } from './pending-send.js';

/** The messages of one queue that wait for a request, and the order in which they may leave. */
export interface Backlog {
  /** How many could leave now. */
  readonly readyCount: number;
  /** How many wait, ready or not. */
  readonly size: number;
  add(entry: PendingSend): void;
  /** The entries of the next request, at most ten; none unless they fill it or `partial` is true. */
  take(partial: boolean): PendingSend[];
  /**
   * A request that `take` filled has ended. Answers which of its entries to try again, to be given to `putBack` after a
   * pause, and which sends, waiting or tried, are off because their order would be lost.
   */
  requestEnded(attempts: readonly EndedAttempt[]): BacklogVerdict;
  /** Puts entries in front again. */
  putBack(entries: readonly PendingSend[]): void;
  /** Takes out the waiting entries that were given up, and those whose order would be lost with them. */
  dropGivenUp(): Dropped;
}

export interface Dropped {
  givenUp: PendingSend[];
  outOfOrder: PendingSend[];
}

export interface BacklogVerdict {
  again: PendingSend[];
  outOfOrder: PendingSend[];
}
