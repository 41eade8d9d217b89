import type { Fault, Operation } from './scenario.js';

/** Faults that wait for the calls they will hit. */
export class Faults {
  private readonly waiting: Fault[] = [];

  add(fault: Fault): void {
    this.waiting.push({ ...fault });
  }

  /** The fault that hits this call, if any. */
  take(operation: Operation): Fault | undefined {
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
