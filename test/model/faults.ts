import type { Fault, Operation } from './scenario.js';

/** Faults that wait for the calls they will hit. */
export class Faults {
  private readonly waiting: Fault[] = [];
  private planned: { fault: Fault; nth: number } | undefined;
  /** Calls of each operation so far. */
  readonly calls: Record<Operation, number> = { receive: 0, delete: 0, visibility: 0, send: 0 };

  add(fault: Fault): void {
    this.waiting.push({ ...fault });
  }

  /** Hits one call only: the nth of its operation, from 0. */
  plan(fault: Fault, nth: number): void {
    this.planned = { fault, nth };
  }

  /** The fault that hits this call, if any. */
  take(operation: Operation): Fault | undefined {
    const nth = this.calls[operation]++;
    if (this.planned?.nth === nth && this.planned.fault.operation === operation) {
      return this.planned.fault;
    }
    const index = this.waiting.findIndex((fault) => fault.operation === operation);
    const fault = this.waiting[index];
    if (fault === undefined) return undefined;
    fault.calls--;
    if (fault.calls <= 0) this.waiting.splice(index, 1);
    return fault;
  }

  clear(): void {
    this.waiting.length = 0;
  }
}
