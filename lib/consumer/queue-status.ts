import type { WorkerQueueStatus } from '../contracts/worker-port.js';
import type { Assembly } from './assembly.js';
import type { Delivery } from './delivery.js';
import type { SlotWatch } from './slot-watch.js';

export interface QueueStatusFacts {
  readonly name: string;
  readonly isPaused: boolean;
  readonly engine: Assembly;
  readonly slotWatch: SlotWatch;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/** The status of one queue, read off the parts of its engine. */
export function queueStatus(facts: QueueStatusFacts): WorkerQueueStatus {
  const { name, isPaused, slotWatch, now } = facts;
  const { dispatcher, fetcher, settler, stuckWatch } = facts.engine;
  const { lastGoodAt, lastError, oldestPollAt } = fetcher;
  const heldSlots = slotWatch.status(now);
  return {
    name,
    isPaused,
    concurrency: dispatcher.concurrency,
    runningCount: dispatcher.running.size,
    prefetchedCount: dispatcher.prefetchedCount,
    openPollCount: fetcher.openCount,
    oldestPollMs: oldestPollAt === undefined ? undefined : now - oldestPollAt,
    settlementsWaiting: settler.waitingCount,
    lastGoodPollMsAgo: lastGoodAt === undefined ? undefined : now - lastGoodAt,
    oldestTaskMs: oldestTaskMs(dispatcher.running, now),
    stuckCount: stuckWatch.stuckCount,
    ...(heldSlots === undefined ? {} : { heldSlots }),
    ...(lastError === undefined ? {} : { pollError: lastError }),
  };
}

function oldestTaskMs(running: Iterable<Delivery>, now: number): number | undefined {
  let oldest: number | undefined;
  for (const { startedAt } of running) {
    if (startedAt !== undefined && (oldest === undefined || startedAt < oldest)) oldest = startedAt;
  }
  return oldest === undefined ? undefined : now - oldest;
}
