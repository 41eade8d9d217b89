import type { WorkerEvents } from '../../../contracts/index.js';

/** Deliveries that ended since the worker started, by their outcome. */
export interface TaskCounts {
  readonly succeeded: number;
  readonly retried: number;
  readonly discarded: number;
  readonly deadLettered: number;
  readonly released: number;
}

export const NO_TASKS: TaskCounts = {
  succeeded: 0,
  retried: 0,
  discarded: 0,
  deadLettered: 0,
  released: 0,
};

const COUNTED = {
  success: 'succeeded',
  retry: 'retried',
  discard: 'discarded',
  'dead-letter': 'deadLettered',
  release: 'released',
} as const satisfies Record<WorkerEvents['task:settled']['outcome']['kind'], keyof TaskCounts>;

type OutcomeKind = keyof typeof COUNTED;

export function counted(counts: TaskCounts, outcome: OutcomeKind): TaskCounts {
  const key = COUNTED[outcome];
  return { ...counts, [key]: counts[key] + 1 };
}

export function sumOf(all: Iterable<TaskCounts>): TaskCounts {
  const sum: Record<keyof TaskCounts, number> = { ...NO_TASKS };
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof TaskCounts)[]) sum[key] += counts[key];
  }
  return sum;
}

export function totalOf(counts: TaskCounts): number {
  return Object.values(counts).reduce((sum: number, count: number) => sum + count, 0);
}

/** `1,234 succeeded, 2 to be retried` */
export function inWords(counts: TaskCounts): string {
  const words = [
    counted1(counts.retried, 'to be retried'),
    counted1(counts.discarded, 'discarded'),
    counted1(counts.deadLettered, 'dead-lettered'),
    counted1(counts.released, 'given back'),
  ];
  return [`${grouped(counts.succeeded)} succeeded`, ...words.flat()].join(', ');
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function counted1(count: number, word: string): string[] {
  return count === 0 ? [] : [`${grouped(count)} ${word}`];
}
