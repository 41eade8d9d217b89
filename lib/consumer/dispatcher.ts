import type { Clock } from '../contracts/clock.js';
import type { BatchTaskHandler } from '../contracts/handlers.js';
import { FifoQueue } from '../primitives/fifo-queue.js';
import type { KeyedLanes } from '../primitives/keyed-lanes.js';
import { BatchCollector } from './batch-collector.js';
import type { Delivery } from './delivery.js';
import type { Plan, SinglePlan } from './executor.js';
import type { Demand } from './polling/fetcher.js';
import type { Ordering } from './ordering/ordering.js';
import type { StartGate } from './start-gate.js';
import { SQS_LIMITS } from '../contracts/limits.js';

export interface DispatcherParts {
  concurrency: number;
  prefetch: number;
  /** Largest batch that a batch handler of this queue takes; 0: there is none. */
  maxBatchSize: number;
  lanes: KeyedLanes<Delivery>;
  ordering: Ordering;
  gate: StartGate;
  clock: Clock;
  plan(delivery: Delivery): Plan;
  /** Runs one delivery to its end, settlement begun. Never rejects. */
  run(delivery: Delivery, plan: SinglePlan): Promise<void>;
  runBatch(deliveries: Delivery[], handler: BatchTaskHandler): Promise<void>;
  /** True while settlements pile up: nothing more is taken until they have gone out. */
  isBackedUp(): boolean;
  /** A slot came free. */
  onSlotFree(): void;
}

/** Messages per slot that may wait behind another of their group; beyond that they take room like any other. */
const maxBlockedPerSlot = SQS_LIMITS.batchEntries;

/**
 * Slots: at most `concurrency` handlers run at once, and a slot is filled again as soon as it is free. What has no
 * slot yet waits in lanes; a batch of deliveries takes one slot, and none while it is gathered.
 */
export class Dispatcher implements Demand {
  concurrency: number;
  private slotsUsed = 0;
  private isStopped = false;
  private readonly collectors = new Map<BatchTaskHandler, BatchCollector>();
  private readonly readyBatches = new FifoQueue<{
    deliveries: Delivery[];
    handler: BatchTaskHandler;
  }>();
  private readyInBatches = 0;
  readonly running = new Set<Delivery>();

  constructor(private readonly parts: DispatcherParts) {
    this.concurrency = parts.concurrency;
  }

  /** Held and not running. */
  get prefetchedCount(): number {
    return this.parts.lanes.waitingCount + this.collecting + this.parts.ordering.parkedHeadCount;
  }

  get isEmpty(): boolean {
    return this.running.size === 0 && this.prefetchedCount === 0;
  }

  get fullBatch(): number {
    const { prefetch, maxBatchSize } = this.parts;
    const useful = Math.max(maxBatchSize, prefetch > 0 ? prefetch : this.concurrency);
    return Math.min(SQS_LIMITS.batchEntries, useful, this.startsLeftToFill());
  }

  room(): number {
    if (this.isStopped || this.parts.isBackedUp()) return 0;
    return Math.min(this.capacity - this.counted, this.startsLeftToFill());
  }

  isStarving(): boolean {
    return this.slotsUsed < this.concurrency && !this.parts.lanes.hasReady;
  }

  add(deliveries: readonly Delivery[]): void {
    const { lanes, ordering } = this.parts;
    const isBefore = ordering.isBefore?.bind(ordering);
    for (const delivery of deliveries) {
      lanes.add(ordering.keyOf(delivery.message), delivery, isBefore);
    }
    this.dispatch();
  }

  /** Fills free slots. */
  dispatch(): void {
    while (
      !this.isStopped &&
      this.slotsUsed < this.concurrency &&
      this.parts.gate.startsLeft() > 0
    ) {
      const batch = this.readyBatches.shift();
      if (batch !== undefined) this.startBatch(batch.deliveries, batch.handler);
      else if (!this.startNext()) return;
    }
  }

  /** Starts nothing any more, and takes out what has not started. */
  stop(): Delivery[] {
    this.isStopped = true;
    const gathered = [...this.collectors.values()].flatMap((collector) => collector.takeAll());
    const ready = this.readyBatches.takeAll().flatMap((batch) => batch.deliveries);
    this.readyInBatches = 0;
    return [...this.parts.lanes.clear(), ...gathered, ...ready];
  }

  private get collecting(): number {
    let count = this.readyInBatches;
    for (const collector of this.collectors.values()) count += collector.size;
    return count;
  }

  private get capacity(): number {
    return this.concurrency + Math.max(this.parts.prefetch, this.parts.maxBatchSize);
  }

  /** What waits behind another of its group cannot use a slot now, and must not keep other groups from theirs. */
  private get counted(): number {
    const { waitingCount, blockedCount } = this.parts.lanes;
    const blocked = Math.min(blockedCount, maxBlockedPerSlot * this.concurrency);
    return this.slotsUsed + this.collecting + waitingCount - blocked;
  }

  private startsLeftToFill(): number {
    const { gate, lanes } = this.parts;
    return gate.startsLeft() - lanes.waitingCount - this.collecting;
  }

  private startNext(): boolean {
    const delivery = this.parts.lanes.take();
    if (delivery === undefined) return false;
    const plan = this.parts.plan(delivery);
    if (plan.kind === 'batch') this.collect(delivery, plan.handler);
    else this.occupy([delivery], this.parts.run(delivery, plan));
    return true;
  }

  private collect(delivery: Delivery, handler: BatchTaskHandler): void {
    let collector = this.collectors.get(handler);
    if (collector === undefined) {
      const { clock } = this.parts;
      collector = new BatchCollector({ handler, clock, onReady: (d, h) => this.batchReady(d, h) });
      this.collectors.set(handler, collector);
    }
    collector.add(delivery);
  }

  private batchReady(deliveries: Delivery[], handler: BatchTaskHandler): void {
    if (this.slotsUsed < this.concurrency) return this.startBatch(deliveries, handler);
    this.readyInBatches += deliveries.length;
    this.readyBatches.push({ deliveries, handler });
  }

  private startBatch(deliveries: Delivery[], handler: BatchTaskHandler): void {
    this.occupy(deliveries, this.parts.runBatch(deliveries, handler));
  }

  private occupy(deliveries: readonly Delivery[], work: Promise<void>): void {
    const { gate, onSlotFree } = this.parts;
    this.slotsUsed++;
    for (const delivery of deliveries) {
      this.running.add(delivery);
      gate.started();
    }
    void work.then(() => {
      this.slotsUsed--;
      for (const delivery of deliveries) {
        this.running.delete(delivery);
        gate.ended();
      }
      onSlotFree();
    });
  }
}
