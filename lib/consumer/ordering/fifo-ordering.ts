import type { Clock, Timer } from '../../contracts/clock.js';
import type { FifoFailureMode } from '../../contracts/policies.js';
import type { Outcome, TaskMessage } from '../../contracts/task.js';
import type { KeyedLanes } from '../../primitives/keyed-lanes.js';
import type { Delivery } from '../delivery.js';
import { clampDelay } from '../retry/clamp-delay.js';
import type { Settlements } from '../settlement.js';
import type { BlockedGroups } from './blocked-groups.js';
import type { Ordering } from './ordering.js';

export interface FifoOrderingParts {
  lanes: KeyedLanes<Delivery>;
  settlements: Settlements;
  mode: FifoFailureMode;
  /** Told of heads that nothing will give up; undefined where attempts are limited. */
  blocked: BlockedGroups | undefined;
  clock: Clock;
  /** A lane opened, or what was parked is not any more: there may be work or room. */
  onChange(): void;
}

/**
 * In order within a group. What happens when a handler of a group's head has ended:
 *
 * | outcome                         | the head                      | the group here                              |
 * |---------------------------------|-------------------------------|---------------------------------------------|
 * | success, discard, dead-letter   | deleted (and copied)          | goes on once the delete is confirmed        |
 * | … and the delete is not confirmed | comes again from SQS        | given back: it must not overtake the head   |
 * | retry, `hold`                   | stays leased, runs again here | waits, leased                               |
 * | retry, `release`                | hidden for its delay          | given back at once                          |
 * | retry, `wait`                   | hidden for its delay          | hidden as long, then comes back from SQS    |
 * | retry, paused or draining       | hidden for its delay          | given back, and comes after the head        |
 * | pause between two tries         | hidden for the rest of its delay | given back, and comes after the head     |
 * | drain between two tries         | given back                    | given back                                  |
 * | release (drain, crash)          | given back                    | given back                                  |
 * | SQS dead-letters it             | given back; SQS moves it      | given back                                  |
 * | the head's lease is lost        | comes again from SQS          | given back                                  |
 */
export class FifoOrdering implements Ordering {
  private readonly parked = new Map<Delivery, { readonly timer: Timer; readonly dueAt: number }>();
  private isReleasing = false;

  constructor(private readonly parts: FifoOrderingParts) {}

  get parkedHeadCount(): number {
    return this.parked.size;
  }

  /** SQS gives a group's messages to nobody else while one is in flight, so the group is the lane. */
  keyOf(message: TaskMessage): string {
    return message.groupId ?? message.id;
  }

  isBefore(a: Delivery, b: Delivery): boolean {
    return isSmaller(a.message.sequenceNumber, b.message.sequenceNumber);
  }

  async finish(delivery: Delivery, outcome: Outcome): Promise<void> {
    if (outcome.kind === 'retry') await this.retry(delivery, outcome);
    else await this.end(delivery, outcome);
  }

  pause(): void {
    const now = this.parts.clock.now();
    this.release((dueAt) => Math.max(0, Math.ceil((dueAt - now) / 1000)));
  }

  resume(): void {
    this.isReleasing = false;
  }

  drain(): void {
    this.release(() => 0);
  }

  private release(delaySeconds: (dueAt: number) => number): void {
    this.isReleasing = true;
    for (const [head, { timer, dueAt }] of this.parked) {
      timer.cancel();
      this.parked.delete(head);
      void this.giveBackGroup(head, delaySeconds(dueAt));
    }
  }

  private async end(delivery: Delivery, outcome: Outcome): Promise<void> {
    this.parts.blocked?.ended(this.keyOf(delivery.message));
    const ending = await this.parts.settlements.apply(delivery, outcome);
    if (ending === 'confirmed' && outcome.kind !== 'release') this.openLane(delivery);
    else await this.giveBackRest(delivery, 0);
  }

  private async retry(
    delivery: Delivery,
    outcome: Extract<Outcome, { kind: 'retry' }>,
  ): Promise<void> {
    const { mode, settlements, clock, blocked } = this.parts;
    blocked?.failed(this.keyOf(delivery.message), delivery, outcome);
    const mayHold = mode === 'hold' && !this.isReleasing && !delivery.lease.isLostAt(clock.now());
    if (mayHold) return this.hold(delivery, outcome.delaySeconds);
    const ending = await settlements.retry(delivery, outcome.delaySeconds);
    const isHidden = mode === 'wait' && ending === 'confirmed';
    await this.giveBackRest(delivery, isHidden ? (outcome.delaySeconds ?? 0) : 0);
  }

  private hold(delivery: Delivery, delaySeconds: number | undefined): void {
    const { clock } = this.parts;
    const delayMs = this.delayMs(delivery, delaySeconds);
    const timer = clock.setTimer(() => this.runAgain(delivery), delayMs);
    this.parked.set(delivery, { timer, dueAt: clock.now() + delayMs });
    // A lease that is lost meanwhile takes the whole group back to SQS.
    delivery.lease.onLost = () => this.unpark(delivery);
    this.parts.onChange();
  }

  /** Without a delay it waits as long as SQS would have kept it hidden. */
  private delayMs({ lease }: Delivery, delaySeconds: number | undefined): number {
    if (delaySeconds === undefined) return lease.deadline - this.parts.clock.now();
    return 1000 * clampDelay(delaySeconds);
  }

  private runAgain(delivery: Delivery): void {
    if (!this.parked.delete(delivery)) return;
    this.parts.lanes.putBack(this.keyOf(delivery.message), delivery.nextAttempt());
    this.parts.onChange();
  }

  private unpark(delivery: Delivery): void {
    this.parked.get(delivery)?.timer.cancel();
    if (!this.parked.delete(delivery)) return;
    void this.giveBackRest(delivery, 0);
  }

  private async giveBackGroup(head: Delivery, seconds: number): Promise<void> {
    await this.parts.settlements.retry(head, seconds);
    await this.giveBackRest(head, seconds);
  }

  /** Gives back what waits behind a head that did not end well, so that nothing of its group overtakes it. */
  private async giveBackRest(head: Delivery, seconds: number): Promise<void> {
    const { lanes, settlements } = this.parts;
    const rest = lanes.clearLane(this.keyOf(head.message));
    await Promise.all(rest.map((delivery) => settlements.retry(delivery, seconds)));
    this.openLane(head);
  }

  private openLane(delivery: Delivery): void {
    this.parts.lanes.open(this.keyOf(delivery.message));
    this.parts.onChange();
  }
}

/** Sequence numbers are whole numbers of up to 20 digits, as text. */
function isSmaller(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}
