import { isMainThread } from 'node:worker_threads';
import type { RecycleRule } from '../protocol.js';

const BYTES_PER_MB = 1024 * 1024;

/** Counts the tasks of this member, and says when it has done enough. */
export class RecycleCount {
  private count = 0;

  /** After each task. */
  isLast({ afterTasks, aboveMb }: RecycleRule): boolean {
    this.count++;
    if (afterTasks !== undefined && this.count >= afterTasks) return true;
    return aboveMb !== undefined && usedBytes() > aboveMb * BYTES_PER_MB;
  }
}

/** A thread shares its process with the worker: only its own heap counts. */
function usedBytes(): number {
  const { rss, heapUsed, external } = process.memoryUsage();
  return isMainThread ? rss : heapUsed + external;
}
