import type { Clock } from '../contracts/clock.js';
import type { OutgoingMessage, QueueGateway, SentMessage } from '../contracts/gateway.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ResolvedProducerOptions } from '../contracts/options/index.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import type { Backlog } from './backlog.js';
import { FifoBacklog } from './fifo-backlog.js';
import type { OngoingSend, Progress } from './ongoing-sends.js';
import { Room } from './room.js';
import { SendLane } from './send-lane.js';
import { StandardBacklog } from './standard-backlog.js';

export interface SendLanesParts {
  options: ResolvedProducerOptions;
  clock: Clock;
  logger: SqsLogger;
  random: () => number;
}

/** A message that passed every local check. */
export interface CheckedMessage {
  readonly queue: QueueHandle;
  readonly message: OutgoingMessage;
  readonly bytes: number;
}

/** One lane per queue, and the room that all of them share. */
export class SendLanes {
  private readonly byGateway = new Map<QueueGateway, Map<string, SendLane>>();
  private readonly room: Room;
  private readonly progress: Progress = { lastAcceptedAt: -Infinity };

  constructor(private readonly parts: SendLanesParts) {
    this.room = new Room(parts.options.maxBufferedMessages);
  }

  /** Resolves once SQS has accepted the message; waits first where the room is full. */
  async send(checked: CheckedMessage, ongoing: OngoingSend): Promise<SentMessage> {
    const turn = this.room.enter();
    if (turn !== undefined) {
      ongoing.waitBehind(this.progress);
      await turn;
    }
    try {
      return await this.enqueue(checked, ongoing);
    } finally {
      this.room.leave();
    }
  }

  /** Lets everything that waits leave without filling requests first. */
  hurry(): void {
    for (const lanes of this.byGateway.values()) {
      for (const lane of lanes.values()) lane.hurry();
    }
  }

  /** Takes out what was given up meanwhile. */
  dropGivenUp(): void {
    for (const lanes of this.byGateway.values()) {
      for (const lane of lanes.values()) lane.dropGivenUp();
    }
  }

  private enqueue(
    { queue, message, bytes }: CheckedMessage,
    ongoing: OngoingSend,
  ): Promise<SentMessage> {
    return new Promise((resolve, reject) => {
      const lane = this.laneOf(queue);
      ongoing.waitBehind(lane.progress);
      lane.add({ ongoing, message, bytes, attempts: 0, alone: false, resolve, reject });
    });
  }

  // By address and not by handle: two handles of one queue must not overtake each other.
  private laneOf(queue: QueueHandle): SendLane {
    let lanes = this.byGateway.get(queue.gateway);
    if (lanes === undefined) this.byGateway.set(queue.gateway, (lanes = new Map()));
    let lane = lanes.get(queue.url);
    if (lane === undefined) lanes.set(queue.url, (lane = this.openLane(queue)));
    return lane;
  }

  private openLane(queue: QueueHandle): SendLane {
    const { clock, logger, random, options } = this.parts;
    const backlog: Backlog = queue.isFifo ? new FifoBacklog(options) : new StandardBacklog();
    const onAccepted = (now: number): void => void (this.progress.lastAcceptedAt = now);
    return new SendLane({ queue, backlog, clock, logger, random, options, onAccepted });
  }
}
