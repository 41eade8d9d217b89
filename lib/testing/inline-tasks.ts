import { concatMap } from 'rxjs';
import type {
  Clock,
  HandlerLookup,
  HandlerMatch,
  OutgoingMessage,
  SqsSendInterceptor,
  RunningDelivery,
  TaskMessage,
  TaskPacket,
  TaskScope,
} from '../contracts/index.js';
import { unleasedDelivery } from '../nest/local/local-delivery.js';
import { runHere } from '../nest/pipeline/checked-data.js';
import type { HandledTasks } from './handled-tasks.js';
import { packetOf } from './sent-tasks.js';
import type { QueueReader } from './sent-tasks.js';

export interface InlineTasksParts {
  isOn: boolean;
  readonly handled: HandledTasks;
  readonly clock: Clock;
  apps(): Iterable<InlineApp>;
  readerOf(queueUrl: string): QueueReader;
}

/** Whose handlers run. */
export interface InlineApp {
  readonly handlers: readonly HandlerLookup[];
  readonly scope: TaskScope;
}

interface Taken {
  readonly match: HandlerMatch;
  readonly scope: TaskScope;
  readonly delivery: RunningDelivery;
}

/**
 * Sends whose handlers run in the sender's place: the message is made, checked and encoded as ever, and then, instead of
 * lying in a queue, decoded and handled. What no handler of the test's apps would take goes to its queue.
 */
export class InlineTasks {
  isOn: boolean;
  private readonly taken = new Map<string, Taken>();

  constructor(private readonly parts: InlineTasksParts) {
    this.isOn = parts.isOn;
  }

  takes(queueUrl: string, messageId: string, entry: OutgoingMessage): boolean {
    if (!this.isOn) return false;
    const reader = this.parts.readerOf(queueUrl);
    const message = messageOf(messageId, entry, this.parts.clock);
    const packet = packetOf(reader, message.raw);
    const found = this.find(reader.taskQueue, packet);
    if (found === undefined) return false;
    const delivery = deliveryOf(reader, message, packet);
    this.taken.set(messageId, { ...found, delivery });
    return true;
  }

  /** Inside of all other interceptors: the send ends when its handler has ended, and with its error. */
  readonly interceptor: SqsSendInterceptor = {
    intercept: (_send, next) =>
      next.handle().pipe(
        concatMap(async (result) => {
          await this.run(result.messageId);
          return result;
        }),
      ),
  };

  private find(
    queue: string,
    packet: TaskPacket | undefined,
  ): Pick<Taken, 'match' | 'scope'> | undefined {
    // Whoever waits for a reply gets it from a worker.
    if (packet?.replyTo !== undefined) return undefined;
    for (const { handlers, scope } of this.parts.apps()) {
      for (const lookup of handlers) {
        const match = matchIn(lookup, queue, packet);
        if (match !== undefined) return { match, scope };
      }
    }
    return undefined;
  }

  private async run(messageId: string): Promise<void> {
    const taken = this.taken.get(messageId);
    if (taken === undefined) return;
    this.taken.delete(messageId);
    const { match, scope, delivery } = taken;
    const { handled } = this.parts;
    handled.begin(delivery);
    try {
      // As in a worker: a batch handler gets each task's context beside its data.
      const context = match.kind === 'batch' ? {} : delivery.context;
      const value = await scope(context, () => runHere(match, delivery), delivery.priority);
      handled.end(delivery, { kind: 'success', value });
    } catch (error) {
      handled.end(delivery, { kind: 'discard', error, reason: 'its error reached the sender' });
      throw error;
    }
  }
}

function matchIn(
  lookup: HandlerLookup,
  queue: string,
  packet: TaskPacket | undefined,
): HandlerMatch | undefined {
  const raw = lookup.findRaw(queue);
  if (raw !== undefined) return { kind: 'task', handler: raw };
  return packet && lookup.find(queue, packet.pattern);
}

function messageOf(id: string, entry: OutgoingMessage, clock: Clock): TaskMessage {
  const { body, attributes = {}, groupId, deduplicationId } = entry;
  const raw = { messageId: id, receiptHandle: '', body, attributes, systemAttributes: {} };
  return {
    id,
    body,
    attributes,
    systemAttributes: {},
    receiveCount: 1,
    sentAt: clock.wallNow(),
    groupId,
    deduplicationId,
    sequenceNumber: undefined,
    raw,
  };
}

function deliveryOf(
  { taskQueue: queue, priority }: QueueReader,
  message: TaskMessage,
  packet: TaskPacket | undefined,
): RunningDelivery {
  const { pattern, data, context = {}, meta = {}, attributes } = packet ?? {};
  return unleasedDelivery({
    queue,
    priority,
    message: { ...message, attributes: { ...message.attributes, ...attributes } },
    pattern,
    packet,
    data,
    context,
    meta,
  });
}
