import type { QueueHandle } from '../../contracts/queue-handle.js';
import type { QueueWorker } from '../queue-worker.js';

/**
 * What is known of a level:
 *
 * - UNKNOWN: nothing, or nothing recent. A poll answers → FILLED or EMPTY, or fails → FAILING.
 * - FILLED: the last poll brought messages, so there may be more. An empty answer → EMPTY.
 * - EMPTY: the last poll brought none, and another stands there or waits for a socket. Messages → FILLED; where no poll
 *   can stand, having no room → UNKNOWN.
 * - FAILING: its polls fail. An answer → FILLED or EMPTY.
 */
export type LevelState = 'unknown' | 'filled' | 'empty' | 'failing';

/** One level of a queue, as its order sees it. */
export class Level {
  state: LevelState = 'unknown';
  /** Open polls that are not standing ones: each will soon tell more. */
  askCount = 0;
  /** Handlers that all levels together started while it was asked last. */
  startsWhileAsked = 0;

  constructor(
    readonly priority: number,
    readonly queue: QueueHandle,
    makeWorker: (level: Level) => QueueWorker,
  ) {
    this.worker = makeWorker(this);
  }

  readonly worker: QueueWorker;

  /** Nothing that could be had from it now is left to lower levels: it is empty, or cannot be asked. */
  get isSettled(): boolean {
    return this.state === 'failing' || (this.state === 'empty' && this.askCount === 0);
  }
}
