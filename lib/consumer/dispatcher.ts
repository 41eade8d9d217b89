import type { Clock } from '../contracts/clock.js';
import type { BatchTaskHandler } from '../contracts/handlers.js';
import { FifoQueue } from '../primitives/fifo-queue.js';
import type { KeyedLanes } from '../primitives/keyed-lanes.js';
import { BatchCollector } from './batch-collector.js';
import type { Delivery } from './delivery.js';
import type { Plan, SinglePlan } from './planner.js';
import type { Demand } from './polling/fetcher.js';
import type { LevelSeat } from './priorities/level-seat.js';
import type { Slots } from './slots.js';
import type { Ordering } from './ordering/ordering.js';
import type { StartGate } from './start-gate.js';
import { SQS_LIMITS } from '../contracts/limits.js';

export interface DispatcherParts {
  slots: Slots;
  /** Where the queue is one level of several. */
  seat?: LevelSeat | undefined;
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
  private slotsUsed = 0;
  private isShut = false;
  private readonly collectors = new Map<BatchTaskHandler, BatchCollector>();
  private readonly readyBatches = new FifoQueue<{
    deliveries: Delivery[];
    handler: BatchTaskHandler;
  }>();
  private readyInBatches = 0;
  readonly running = new Set<Delivery>();

  constructor(private readonly parts: DispatcherParts) {}

  get concurrency(): number {
    return this.parts.slots.size;
  }

  set concurrency(concurrency: number) {
    this.parts.slots.size = concurrency;
  }

  /** Slots that its own handlers have. */
  get usedSlots(): number {
    return this.slotsUsed;
  }

  /** Held and not running; what waits behind another of its group cannot use a slot now, and must not keep others from theirs. */
  get heldCount(): number {
    const { waitingCount, blockedCount } = this.parts.lanes;
    const blocked = Math.min(blockedCount, maxBlockedPerSlot * this.concurrency);
    return this.collecting + waitingCount - blocked;
  }

  /** True where a free slot would be taken at once. */
  get canStart(): boolean {
    return !this.isShut && (this.readyBatches.size > 0 || this.parts.lanes.hasReady);
  }

  /** Held and not running, and no delay is waited for. */
  get waitingCount(): number {
    return this.parts.lanes.waitingCount + this.collecting;
  }

  /** Held and not running. */
  get prefetchedCount(): number {
    return this.waitingCount + this.parts.ordering.parkedHeadCount;
  }

  get isEmpty(): boolean {
    return this.running.size === 0 && this.prefetchedCount === 0;
  }

  get fullBatch(): number {
    const { prefetch, maxBatchSize, seat } = this.parts;
    const slots = seat?.share() ?? this.concurrency;
    const useful = Math.max(maxBatchSize, prefetch > 0 ? prefetch : slots);
    return Math.min(SQS_LIMITS.batchEntries, useful, this.startsLeftToFill());
  }

  room(): number {
    if (this.isShut || this.parts.isBackedUp()) return 0;
    const room = this.parts.seat?.room() ?? this.capacity - this.slotsUsed - this.heldCount;
    return Math.min(room, this.startsLeftToFill());
  }

  isStarving(): boolean {
    const { seat, slots, lanes } = this.parts;
    return seat?.isStarving() ?? (slots.hasFree && !lanes.hasReady);
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
    const { seat, slots, gate } = this.parts;
    if (seat !== undefined) return seat.dispatch();
    while (slots.hasFree && gate.startsLeft() > 0 && this.startOne());
  }

  /** Gives a slot to what is next; false where nothing is. */
  startOne(): boolean {
    if (this.isShut) return false;
    const batch = this.readyBatches.shift();
    if (batch === undefined) return this.startNext();
    this.startBatch(batch.deliveries, batch.handler);
    return true;
  }

  /** Starts nothing any more, until it is opened, and takes out what has not started. */
  shut(): Delivery[] {
    this.isShut = true;
    const gathered = [...this.collectors.values()].flatMap((collector) => collector.takeAll());
    const ready = this.readyBatches.takeAll().flatMap((batch) => batch.deliveries);
    this.readyInBatches = 0;
    return [...this.parts.lanes.clear(), ...gathered, ...ready];
  }

  open(): void {
    this.isShut = false;
  }

  private get collecting(): number {
    let count = this.readyInBatches;
    for (const collector of this.collectors.values()) count += collector.size;
    return count;
  }

  private get capacity(): number {
    return this.concurrency + Math.max(this.parts.prefetch, this.parts.maxBatchSize);
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
    if (this.parts.slots.hasFree) return this.startBatch(deliveries, handler);
    this.readyInBatches += deliveries.length;
    this.readyBatches.push({ deliveries, handler });
  }

  private startBatch(deliveries: Delivery[], handler: BatchTaskHandler): void {
    this.occupy(deliveries, this.parts.runBatch(deliveries, handler));
  }

  private occupy(deliveries: readonly Delivery[], work: Promise<void>): void {
    const { slots, gate, onSlotFree } = this.parts;
    this.slotsUsed++;
    slots.used++;
    for (const delivery of deliveries) {
      this.running.add(delivery);
      gate.started();
    }
    void work.then(() => {
      this.slotsUsed--;
      slots.used--;
      for (const delivery of deliveries) {
        this.running.delete(delivery);
        gate.ended();
      }
      onSlotFree();
    });
  }
}
