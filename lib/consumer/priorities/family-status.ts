import type {
  HeldSlots,
  WorkerLevelStatus,
  WorkerQueueStatus,
} from '../../contracts/worker-port.js';

export interface FamilyStatusFacts {
  readonly name: string;
  readonly isPaused: boolean;
  readonly concurrency: number;
  readonly heldSlots?: HeldSlots;
  /** Highest first. */
  readonly levels: readonly (WorkerLevelStatus & WorkerQueueStatus)[];
}

/** The status of a queue with priorities: what its levels have together, and each level. */
export function familyStatus({ levels, ...own }: FamilyStatusFacts): WorkerQueueStatus {
  const sum = (of: CountName): number => levels.reduce((total, level) => total + level[of], 0);
  const failing = levels.find(({ pollError }) => pollError !== undefined);
  return {
    ...own,
    runningCount: sum('runningCount'),
    prefetchedCount: sum('prefetchedCount'),
    openPollCount: sum('openPollCount'),
    oldestPollMs: largest(levels.map((level) => level.oldestPollMs)),
    settlementsWaiting: sum('settlementsWaiting'),
    lastGoodPollMsAgo: smallest(levels.map((level) => level.lastGoodPollMsAgo)),
    oldestTaskMs: largest(levels.map((level) => level.oldestTaskMs)),
    stuckCount: sum('stuckCount'),
    ...(failing === undefined ? {} : { pollError: failing.pollError }),
    levels: levels.map(levelOnly),
  };
}

type CountName =
  'runningCount' | 'prefetchedCount' | 'openPollCount' | 'settlementsWaiting' | 'stuckCount';

function levelOnly(status: WorkerLevelStatus): WorkerLevelStatus {
  const { priority, name, runningCount, prefetchedCount, openPollCount, oldestPollMs } = status;
  const { settlementsWaiting, lastGoodPollMsAgo, pollError } = status;
  const counts = { runningCount, prefetchedCount, openPollCount, settlementsWaiting };
  const level = { priority, name, ...counts, oldestPollMs, lastGoodPollMsAgo };
  return pollError === undefined ? level : { ...level, pollError };
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function smallest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
