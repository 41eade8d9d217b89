import type {
  Clock,
  Outcome,
  QueueHandle,
  ReplyPort,
  RequestFacts,
  SqsLogger,
  TaskDelivery,
} from '../../contracts/index.js';
import type { TaskProducer } from '../runtime-parts.js';
import { checkReplyTo } from './reply-address.js';
import { ReplyOutbox } from './reply-outbox.js';
import { codecNameOf } from './reply-packet.js';
import { ReplyStream } from './reply-stream.js';

export interface ReplierParts {
  /** What names of reply queues start with, `queuePrefix` included. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly logger: SqsLogger;
  /** A producer for one reply queue. */
  createProducer(queue: QueueHandle): TaskProducer;
}

/**
 * Answers requests. Values go out while the handler gives them; how the reply ends is told by the outcome: success
 * completes it, a failure is told only once nobody will try again.
 */
export class Replier implements ReplyPort {
  private readonly requests = new WeakMap<TaskDelivery, OpenRequest>();
  private readonly outbox: ReplyOutbox;

  constructor(private readonly parts: ReplierParts) {
    this.outbox = new ReplyOutbox((queue) => parts.createProducer(queue));
  }

  open(delivery: TaskDelivery, facts: RequestFacts): void {
    const { id, replyTo } = delivery.packet ?? {};
    if (id === undefined || replyTo === undefined) return;
    const address = checkReplyTo(replyTo, facts.queue, this.parts.prefix);
    const stream = new ReplyStream({
      requestId: id,
      codec: facts.queue.codecs(codecNameOf(delivery.message)),
      logger: this.parts.logger,
      fields: { queue: delivery.queue, task: delivery.pattern, replyQueue: address.name },
      enter: () => this.outbox.enter({ ...address, request: facts.queue }),
    });
    this.requests.set(delivery, { stream, facts });
  }

  /** Where the values of a handler go; undefined where nobody asked. */
  streamOf(delivery: TaskDelivery): Pick<ReplyStream, 'next' | 'end'> | undefined {
    return this.requests.get(delivery)?.stream;
  }

  async close(delivery: TaskDelivery, outcome: Outcome): Promise<void> {
    const request = this.requests.get(delivery);
    if (request === undefined) return;
    this.requests.delete(delivery);
    const { stream } = request;
    try {
      if (outcome.kind === 'success') await stream.complete();
      else if (this.isFinal(delivery, outcome, request.facts)) await stream.fail(reasonOf(outcome));
      else await stream.abandon();
    } finally {
      stream.leave();
    }
  }

  /** Waits for replies that are under way. */
  shutDown(): Promise<void> {
    return this.outbox.close();
  }

  /** For a process that exits. */
  giveUp(): Promise<void> {
    return this.outbox.giveUp();
  }

  private isFinal(delivery: TaskDelivery, outcome: Outcome, facts: RequestFacts): boolean {
    if (outcome.kind === 'discard') return true;
    if (outcome.kind === 'dead-letter') return facts.queue.deadLetter !== undefined;
    return outcome.kind === 'retry' && this.isTooLate(delivery, outcome.delaySeconds);
  }

  /** The next attempt would find the request expired, and discard it. */
  private isTooLate({ packet }: TaskDelivery, delaySeconds: number | undefined): boolean {
    if (packet?.expiresAt === undefined || delaySeconds === undefined) return false;
    return this.parts.clock.wallNow() + Math.floor(delaySeconds) * 1000 > packet.expiresAt;
  }
}

interface OpenRequest {
  readonly stream: ReplyStream;
  readonly facts: RequestFacts;
}

function reasonOf(outcome: Outcome): unknown {
  if ('error' in outcome && outcome.error !== undefined) return outcome.error;
  return 'reason' in outcome ? outcome.reason : undefined;
}
