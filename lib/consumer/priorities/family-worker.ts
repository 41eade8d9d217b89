import type { ReceiveRequest } from '../../contracts/gateway.js';
import type { TaskDelivery } from '../../contracts/task.js';
import type { WorkerLevelStatus, WorkerQueueStatus } from '../../contracts/worker-port.js';
import type { QueueWorkerParts } from '../assembly.js';
import type { PollTurn } from '../polling/poll-turn.js';
import type { QueueEngine } from '../queue-engine.js';
import { QueueWorker } from '../queue-worker.js';
import { slotWatchOf, type SlotWatch } from '../slot-watch.js';
import { Slots } from '../slots.js';
import { familyStatus } from './family-status.js';
import { Level } from './level.js';
import type { LevelOrder, LevelOrderParts } from './level-order.js';
import type { LevelSeat } from './level-seat.js';
import { levelsInWindow, type WindowLevel } from './level-window.js';
import { StrictOrder } from './strict-order.js';
import { WeightedOrder } from './weighted-order.js';

/**
 * A queue with priorities: an engine for each level, with polls, leases and settlements of its own, over slots that all
 * share. The order says which level may ask, and whose message starts next.
 */
export class FamilyWorker implements QueueEngine {
  readonly name: string;
  private readonly slots: Slots;
  /** Highest first. */
  private readonly levels: readonly Level[];
  private readonly order: LevelOrder;
  private readonly slotWatch: SlotWatch;
  private isPaused = false;
  private startedCount = 0;
  private isStander = false;

  /** @throws InvalidOptionsError where its window leaves no level, or weights are not for its levels */
  constructor(private readonly parts: QueueWorkerParts) {
    this.name = parts.queue.name;
    this.slots = new Slots(parts.consume.concurrency);
    const watched = () => this.levels.map(({ worker }) => worker.watched);
    this.slotWatch = slotWatchOf(parts, this.slots, watched);
    const window = levelsInWindow(parts.queue, parts.consume);
    this.levels = window.map((one) => this.levelOf(one));
    this.order = orderOf(parts, this.levels, this.slots);
  }

  start(): void {
    this.stand(true);
    this.pump();
  }

  /** Asks the highest level first; the first that brings messages is the receive. */
  async processOnce(request: ReceiveRequest): Promise<number> {
    for (const { worker } of this.levels) {
      const isLowest = worker === this.levels.at(-1)?.worker;
      const waitTimeSeconds = isLowest ? request.waitTimeSeconds : 0;
      const count = await worker.processOnce({ ...request, waitTimeSeconds });
      if (count > 0) return count;
    }
    return 0;
  }

  pause(): void {
    this.isPaused = true;
    for (const { worker } of this.levels) worker.pause();
  }

  resume(): void {
    this.isPaused = false;
    for (const { worker } of this.levels) worker.resume();
  }

  setConcurrency(concurrency: number): void {
    this.slots.size = concurrency;
    this.dispatch();
    this.pump();
  }

  beginDrain(): void {
    this.stand(false);
    for (const { worker } of this.levels) worker.beginDrain();
  }

  async finishDrain(deadlineAt: number, isExiting: boolean): Promise<number> {
    const drains = this.levels.map(({ worker }) => worker.finishDrain(deadlineAt, isExiting));
    const unfinished = await Promise.all(drains);
    return unfinished.reduce((sum, count) => sum + count, 0);
  }

  hurry(): void {
    for (const { worker } of this.levels) worker.hurry();
  }

  running(): readonly TaskDelivery[] {
    return this.levels.flatMap(({ worker }) => worker.running());
  }

  status(): WorkerQueueStatus {
    const levels = this.levels.map((level) => levelStatus(level));
    const { name, isPaused } = this;
    const heldSlots = this.slotWatch.status(this.parts.clock.now());
    const held = heldSlots === undefined ? {} : { heldSlots };
    return familyStatus({ name, isPaused, concurrency: this.slots.size, ...held, levels });
  }

  private levelOf({ priority, queue }: WindowLevel): Level {
    return new Level(priority, queue, (level) => {
      const seat = this.seatOf(level);
      const { gate } = this.parts;
      const answered = (_queue: string, count: number): void => this.answered(count);
      const ownGate = {
        startsLeft: () => gate.startsLeft(),
        started: () => gate.started(),
        ended: () => gate.ended(),
        answered,
      };
      return new QueueWorker({ ...this.parts, queue, seat, gate: ownGate });
    });
  }

  private seatOf(level: Level): LevelSeat {
    return {
      queue: this.name,
      priority: level.priority,
      slots: this.slots,
      slotWatch: this.slotWatch,
      turn: this.turnOf(level),
      dispatch: () => this.dispatch(),
      room: () => this.order.room(level),
      share: () => this.order.share(level),
      isStarving: () => this.slots.hasFree && !this.levels.some(({ worker }) => worker.canStart),
      becameEmpty: () => this.becameEmpty(),
    };
  }

  private turnOf(level: Level): PollTurn {
    const order = (): LevelOrder => this.order;
    let startedBefore = 0;
    return {
      pump: () => this.pump(),
      mayAsk: () => order().mayAsk(level),
      get isStanding() {
        return level.state === 'empty';
      },
      get waitTimeSeconds() {
        return order().waitTimeSeconds(level);
      },
      opened: (isStanding) => {
        if (!isStanding) level.askCount++;
        startedBefore = this.startedCount;
      },
      closed: (isStanding) => {
        if (!isStanding) level.askCount--;
      },
      answered: (count) => {
        const wasFilled = level.state === 'filled';
        level.state = count > 0 ? 'filled' : 'empty';
        level.startsWhileAsked = wasFilled && count > 0 ? this.startedCount - startedBefore : 0;
      },
      failed: () => void (level.state = 'failing'),
    };
  }

  private dispatch(): void {
    const { gate } = this.parts;
    while (this.slots.hasFree && gate.startsLeft() > 0) {
      const ready = this.levels.filter(({ worker }) => worker.canStart);
      if (this.order.next(ready)?.worker.startOne() !== true) return;
      this.startedCount++;
    }
  }

  private pump(): void {
    for (const level of this.levels) {
      level.worker.pumpOwn();
      // Without a poll that stands, nobody would tell when something comes.
      if (level.state === 'empty' && !level.worker.isPolling) level.state = 'unknown';
    }
  }

  /** For stop policies the queue is empty once all its levels are. */
  private answered(count: number): void {
    const isEmpty = this.levels.every((level) => level.state === 'empty');
    if (count > 0 || isEmpty) this.parts.gate.answered(this.name, count);
  }

  /** Nothing runs and nothing waits on any level, so nothing will come to share a request with what waits to be settled. */
  private becameEmpty(): void {
    if (!this.levels.every(({ worker }) => worker.isEmpty)) return;
    for (const { worker } of this.levels) worker.flushSettlements();
  }

  private stand(isStander: boolean): void {
    if (isStander === this.isStander) return;
    this.isStander = isStander;
    this.parts.budget.addStanders(isStander ? this.levels.length : -this.levels.length);
  }
}

function orderOf(
  { consume, budget, handlers, handlersOf }: QueueWorkerParts,
  levels: readonly Level[],
  slots: Slots,
): LevelOrder {
  const { waitTimeSeconds, priorityOrder, prefetch: said } = consume;
  const prefetch = Math.max(said, handlers.maxBatchSizeOf(handlersOf));
  const parts: LevelOrderParts = { levels, slots, prefetch, waitTimeSeconds, budget };
  if (priorityOrder === 'strict') return new StrictOrder(parts);
  const weights = priorityOrder === 'weighted' ? [] : priorityOrder.weights;
  const weightOf = ({ priority }: Level): number => weights[priority] ?? priority + 1;
  return new WeightedOrder({ ...parts, weightOf });
}

function levelStatus({ priority, queue, worker }: Level): WorkerLevelStatus & WorkerQueueStatus {
  return { ...worker.status(), priority, name: queue.name };
}
