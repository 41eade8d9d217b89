import type { SendLoopSummary, SentTask } from './send-loop.js';

export interface SendVerdict {
  settledCount: number;
  resolvedCount: number;
  /** By the class of the error. */
  rejectedBy: Record<string, number>;
  /** Resolved, and not in the queue. */
  missing: string[];
  /** In the queue although the send rejected: the answer that said so was lost. */
  arrivedThoughRejected: string[];
  /** Messages beyond the first of their task. */
  repeatedCount: number;
  /** Behind a message of their group that was sent later, whether their own send resolved or not. */
  outOfOrder: string[];
}

/** What the sender was told, held against what is in the queue. */
export function verdictOf({ resolved, rejected, arrived }: SendLoopSummary): SendVerdict {
  const arrivedIds = new Set(arrived.map(({ id }) => id));
  return {
    settledCount: new Set([...resolved, ...rejected].map(({ id }) => id)).size,
    resolvedCount: resolved.length,
    rejectedBy: countsOf(rejected.map(({ error }) => classOf(error))),
    missing: idsOf(resolved.filter(({ id }) => !arrivedIds.has(id))),
    arrivedThoughRejected: idsOf(rejected.filter(({ id }) => arrivedIds.has(id))),
    repeatedCount: arrived.length - arrivedIds.size,
    outOfOrder: outOfOrderIn(arrived),
  };
}

export function outOfOrderIn(arrived: readonly SentTask[]): string[] {
  const lastPlaces = new Map<string, number>();
  return idsOf(
    arrived.filter(({ group, place }) => {
      const last = lastPlaces.get(group) ?? -1;
      lastPlaces.set(group, Math.max(last, place));
      return place < last;
    }),
  );
}

function idsOf(tasks: readonly SentTask[]): string[] {
  return tasks.map(({ id }) => id);
}

function classOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
