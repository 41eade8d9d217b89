import type { TaskHandler } from '../contracts/handlers.js';
import type { SqsLogger } from '../contracts/logger.js';
import { CONTROL_ERROR, type ControlSignal, type TaskDelivery } from '../contracts/task.js';
import { deferred, type Deferred } from '../primitives/deferred.js';
import { FifoQueue } from '../primitives/fifo-queue.js';

export interface MessageStreamParts {
  queue: string;
  /** Deliveries handed out and not settled; beyond it, asking for the next leaves the oldest alone. */
  maxUnsettled: number;
  logger: SqsLogger;
  begin(): void;
  end(): Promise<void>;
}

/** A delivery in the hands of a loop: it says itself how it ended. Only the first word counts. */
export interface StreamedDelivery extends Omit<TaskDelivery, 'ack'> {
  /** Done: the message is deleted. */
  ack(): void;
  /** Not done: SQS gives it again after the delay, or after the back-off of `onError`. */
  retry(options?: { delaySeconds?: number }): void;
}

interface HandedOut {
  delivery: TaskDelivery;
  settled: Deferred<void>;
}

/**
 * The messages of one queue, one after another, each leased while the loop holds it. Leaving the loop gives back what
 * was not settled. A loop that settles nothing does not stop: when it asks for more than `concurrency` unsettled
 * messages, the oldest is left to come back when its visibility timeout ends.
 */
export class MessageStream implements AsyncIterable<StreamedDelivery> {
  private readonly arrived = new FifoQueue<HandedOut>();
  private readonly unsettled = new Set<HandedOut>();
  private asking: Deferred<HandedOut | undefined> | undefined;
  private hasBegun = false;
  private isOver = false;

  /** What the engine calls instead of an app's handler. */
  readonly handler: TaskHandler = {
    name: 'SqsConsumer.messages',
    options: {},
    run: (delivery) => this.arrive(delivery),
  };

  constructor(private readonly parts: MessageStreamParts) {}

  [Symbol.asyncIterator](): AsyncIterator<StreamedDelivery, undefined> {
    return {
      next: async () => {
        const value = await this.next();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** Ends the loop from outside: it gets no further message. */
  async close(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.asking?.resolve(undefined);
    const ended = this.parts.end();
    for (const one of [...this.arrived.takeAll(), ...this.unsettled]) {
      one.settled.reject(controlError({ kind: 'retry', delaySeconds: 0 }));
    }
    await ended;
  }

  private async next(): Promise<StreamedDelivery | undefined> {
    if (this.isOver) return undefined;
    if (!this.hasBegun) this.parts.begin();
    this.hasBegun = true;
    if (this.arrived.size === 0) this.leaveOldest();
    const one = this.arrived.shift() ?? (await this.nextArrival());
    if (one === undefined) return undefined;
    this.unsettled.add(one);
    return streamed(one);
  }

  private nextArrival(): Promise<HandedOut | undefined> {
    this.asking = deferred<HandedOut | undefined>();
    return this.asking.promise;
  }

  private async arrive(delivery: TaskDelivery): Promise<void> {
    const one: HandedOut = { delivery, settled: deferred() };
    const { asking } = this;
    this.asking = undefined;
    if (asking === undefined) this.arrived.push(one);
    else asking.resolve(one);
    try {
      await one.settled.promise;
    } finally {
      this.unsettled.delete(one);
    }
  }

  private leaveOldest(): void {
    if (this.unsettled.size < this.parts.maxUnsettled) return;
    const [oldest] = this.unsettled;
    if (oldest === undefined) return;
    const { queue, logger } = this.parts;
    const messageId = oldest.delivery.message.id;
    logger.warn('A message was neither acked nor retried; it comes back later', {
      queue,
      messageId,
    });
    this.unsettled.delete(oldest);
    oldest.settled.reject(controlError({ kind: 'leave' }));
  }
}

function streamed({ delivery, settled }: HandedOut): StreamedDelivery {
  return Object.create(delivery, {
    ack: { value: () => settled.resolve() },
    retry: {
      value: ({ delaySeconds }: { delaySeconds?: number } = {}) =>
        settled.reject(
          controlError(
            delaySeconds === undefined ? { kind: 'retry' } : { kind: 'retry', delaySeconds },
          ),
        ),
    },
  }) as StreamedDelivery;
}

function controlError(signal: ControlSignal): Error {
  return Object.assign(new Error(`The loop chose ${signal.kind}.`), { [CONTROL_ERROR]: signal });
}
