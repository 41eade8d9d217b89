import { isDeepStrictEqual } from 'node:util';
import { QueueConflictError } from '../contracts/index.js';
import type { QueueOptions } from '../contracts/index.js';

/** The queues that modules named, before any connection is open. */
export class QueueRegistrations {
  private readonly queues = new Map<string, QueueOptions>();

  /** A bare name is a reference: it never redefines. @throws QueueConflictError */
  add(queue: string | QueueOptions): QueueOptions {
    const options = typeof queue === 'string' ? { name: queue } : queue;
    const present = this.queues.get(options.name);
    if (present === undefined || isBare(present))
      this.queues.set(options.name, { ...present, ...options });
    else if (!isBare(options)) refuseDifferences(present, options);
    return options;
  }

  all(): readonly QueueOptions[] {
    return [...this.queues.values()];
  }
}

function isBare(options: QueueOptions): boolean {
  return Object.entries(options).every(([key, value]) => key === 'name' || value === undefined);
}

function refuseDifferences(present: QueueOptions, added: QueueOptions): void {
  const keys = new Set([...Object.keys(present), ...Object.keys(added)]) as Set<keyof QueueOptions>;
  const differences = [...keys].filter((key) => !isDeepStrictEqual(present[key], added[key]));
  if (differences.length > 0) throw new QueueConflictError({ queue: added.name, differences });
}
