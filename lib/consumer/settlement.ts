import type { Clock } from '../contracts/clock.js';
import type { DeadLetterHandle } from '../contracts/queue-handle.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { Outcome } from '../contracts/task.js';
import { errorText } from '../primitives/error-text.js';
import { sendDeadLetterCopy } from './dead-letter-copy.js';
import type { Delivery } from './delivery.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { ProcessedMemory } from './processed-memory.js';
import { clampDelay } from './retry/clamp-delay.js';
import type { Settlement, Settler } from './settler.js';

export interface SettlementParts {
  queue: string;
  settler: Settler;
  leases: LeaseKeeper;
  memory: ProcessedMemory;
  deadLetter: DeadLetterHandle | undefined;
  clock: Clock;
  logger: SqsLogger;
}

/** `left`: it stays in the queue, and a visibility timeout decides when it comes back. */
export type Ending = Settlement | 'left';

/** Carries outcomes out: each becomes a delete, a visibility change, a copy to the dead-letter queue, or nothing. */
export class Settlements {
  private hasSaidNoDeadLetter = false;

  constructor(private readonly parts: SettlementParts) {}

  /** Never rejects: where carrying it out fails unexpectedly, the lease is let go and SQS gives the message again. */
  async apply(delivery: Delivery, outcome: Outcome): Promise<Ending> {
    try {
      return await this.carryOut(delivery, outcome);
    } catch (error) {
      const { leases, logger, queue } = this.parts;
      leases.drop(delivery.lease);
      delivery.lease.end();
      const facts = { queue, messageId: delivery.message.id, outcome: outcome.kind };
      logger.error('Unexpected internal error while settling; please report it', facts, error);
      return 'left';
    }
  }

  private carryOut(delivery: Delivery, outcome: Outcome): Promise<Ending> {
    if (delivery.isSettled) return this.alreadySettled(delivery, outcome);
    switch (outcome.kind) {
      case 'success':
        return this.delete(delivery);
      case 'retry':
        return this.retry(delivery, outcome.delaySeconds);
      case 'discard':
        this.parts.logger.payload(delivery.message.body);
        return this.delete(delivery);
      case 'dead-letter':
        return outcome.movedBy === 'sqs'
          ? this.leaveToSqs(delivery)
          : this.deadLetter(delivery, outcome.reason);
      case 'release':
        return this.retry(delivery, 0);
    }
  }

  /** Deletes it, and remembers it until SQS is known to have done so. */
  async delete(delivery: Delivery): Promise<Settlement> {
    const { leases, settler, memory } = this.parts;
    const id = delivery.message.id;
    memory.add(id);
    leases.drop(delivery.lease);
    const settlement = await settler.delete(delivery.lease);
    if (settlement === 'confirmed') memory.delete(id);
    return settlement;
  }

  /** `ack: 'before'`: true once SQS has confirmed the delete, so that the handler may run. */
  async acknowledge(delivery: Delivery): Promise<boolean> {
    const { leases, settler } = this.parts;
    leases.drop(delivery.lease);
    delivery.isSettled = (await settler.delete(delivery.lease)) === 'confirmed';
    return delivery.isSettled;
  }

  /** Undefined leaves the running visibility timeout alone. */
  async retry(delivery: Delivery, delaySeconds: number | undefined): Promise<Ending> {
    const { leases, settler, clock } = this.parts;
    const { lease } = delivery;
    leases.drop(lease);
    // Whoever has it by now must not have it hidden, or shown, by us.
    if (lease.isGivenBack) return 'left';
    const now = clock.now();
    if (delaySeconds === undefined || lease.isLostAt(now)) {
      lease.end();
      return 'left';
    }
    return settler.changeVisibility(lease, lease.secondsWithinCap(clampDelay(delaySeconds), now));
  }

  /** Its receives are used up: made visible, SQS moves it to the dead-letter queue when anybody receives next. */
  private async leaveToSqs(delivery: Delivery): Promise<Ending> {
    await this.retry(delivery, 0);
    return 'left';
  }

  private async alreadySettled(delivery: Delivery, outcome: Outcome): Promise<Ending> {
    if (outcome.kind === 'discard') this.parts.logger.payload(delivery.message.body);
    return 'confirmed';
  }

  private async deadLetter(delivery: Delivery, reason: string): Promise<Ending> {
    const { deadLetter, logger, queue } = this.parts;
    if (deadLetter === undefined) {
      this.sayOnce('There is no dead-letter queue; the task is retried instead', { queue });
      return this.retryInstead(delivery);
    }
    try {
      await sendDeadLetterCopy(deadLetter, delivery.message, { queue, reason });
    } catch (error) {
      const fields = { queue, deadLetterQueue: deadLetter.name, reason: errorText(error) };
      this.sayOnce('The dead-letter queue did not accept a message; it is retried instead', fields);
      return this.retryInstead(delivery);
    }
    logger.debug('Dead-lettered', { queue, messageId: delivery.message.id, reason });
    return this.delete(delivery);
  }

  /** Not `confirmed`, which would let the rest of a group overtake it. */
  private async retryInstead(delivery: Delivery): Promise<Ending> {
    await this.retry(delivery, undeadLetterableDelaySeconds);
    return 'left';
  }

  private sayOnce(message: string, fields: Record<string, unknown>): void {
    if (!this.hasSaidNoDeadLetter) this.parts.logger.error(message, fields);
    this.hasSaidNoDeadLetter = true;
  }
}

/** Seconds until a task that could not be dead-lettered comes again. */
const undeadLetterableDelaySeconds = 30;
