import type { Outcome, TaskMessage } from '../../contracts/task.js';
import type { KeyedLanes } from '../../primitives/keyed-lanes.js';
import type { Delivery } from '../delivery.js';
import type { Settlements } from '../settlement.js';
import type { Ordering } from './ordering.js';

export interface StandardOrderingParts {
  lanes: KeyedLanes<Delivery>;
  settlements: Settlements;
}

/** No order: a lane per message, so that only two deliveries of one message keep out of each other's way. */
export class StandardOrdering implements Ordering {
  readonly parkedHeadCount = 0;

  constructor(private readonly parts: StandardOrderingParts) {}

  keyOf(message: TaskMessage): string {
    return message.id;
  }

  async finish(delivery: Delivery, outcome: Outcome): Promise<void> {
    const settled = this.parts.settlements.apply(delivery, outcome);
    this.parts.lanes.open(delivery.message.id);
    await settled;
  }

  pause(): void {}

  resume(): void {}

  drain(): void {}
}
