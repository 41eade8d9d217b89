import type { Outcome } from '../contracts/task.js';
import type { Delivery } from './delivery.js';

/**
 * Where the deliveries of a batch wait for each other: every chain joins or leaves (an interceptor may stop a
 * delivery before its handler), and once all have been heard of, the handler is called with those that joined.
 */
export class BatchMeeting {
  private readonly present: Delivery[] = [];
  private readonly heardOf = new Set<Delivery>();
  private start!: (outcomes: Promise<Map<Delivery, Outcome>>) => void;
  private readonly outcomes = new Promise<Map<Delivery, Outcome>>((resolve) => {
    this.start = resolve;
  });

  constructor(
    private readonly expected: number,
    private readonly call: (present: readonly Delivery[]) => Promise<Map<Delivery, Outcome>>,
  ) {}

  async join(delivery: Delivery): Promise<Outcome> {
    this.present.push(delivery);
    this.hear(delivery);
    return (await this.outcomes).get(delivery) as Outcome;
  }

  leave(delivery: Delivery): void {
    this.hear(delivery);
  }

  private hear(delivery: Delivery): void {
    if (this.heardOf.has(delivery)) return;
    this.heardOf.add(delivery);
    if (this.heardOf.size < this.expected) return;
    if (this.present.length === 0) return this.start(Promise.resolve(new Map()));
    // A call that throws before it answers a promise fails all of them, not only who came last.
    this.start(new Promise((resolve) => resolve(this.call(this.present))));
  }
}
