import type { Operation } from './operations.js';

/** Counts calls by operation, for the whole service and for each queue. */
export class CallCounts {
  private readonly byQueue = new Map<string, Map<Operation, number>>();
  private readonly total = new Map<Operation, number>();

  add(operation: Operation, queue: string): void {
    increase(this.total, operation);
    const name = nameOf(queue);
    const known = this.byQueue.get(name) ?? new Map<Operation, number>();
    this.byQueue.set(name, known);
    increase(known, operation);
  }

  /** Calls of one operation, on one queue (its name, URL or ARN) or on all. */
  of(operation: Operation, queue?: string): number {
    const counts = queue === undefined ? this.total : this.byQueue.get(nameOf(queue));
    return counts?.get(operation) ?? 0;
  }

  reset(): void {
    this.byQueue.clear();
    this.total.clear();
  }
}

function increase(counts: Map<Operation, number>, operation: Operation): void {
  counts.set(operation, (counts.get(operation) ?? 0) + 1);
}

// What follows the last slash of a URL or the last colon of an ARN; names have neither.
function nameOf(queue: string): string {
  return queue.slice(Math.max(queue.lastIndexOf('/'), queue.lastIndexOf(':')) + 1);
}
