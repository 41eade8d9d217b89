import type { QueueHandle, SendResult } from '../../contracts/index.js';
import type { TaskProducer } from '../runtime-parts.js';
import { replyQueueHandle } from './reply-queue-handle.js';

export interface ReplyQueueFacts {
  readonly url: string;
  readonly name: string;
  /** The queue that the request came from: replies leave by its connection. */
  readonly request: QueueHandle;
}

/**
 * The ways to the reply queues. Replies to one queue share requests; a way is kept only while somebody who is to be
 * answered there is at work, because requesters come and go.
 */
export class ReplyOutbox {
  private readonly ways = new Map<string, Way>();
  private readonly closing = new Map<TaskProducer, Promise<void>>();

  constructor(private readonly createProducer: (queue: QueueHandle) => TaskProducer) {}

  /** Each call is to be ended by one `leave()`. */
  enter(facts: ReplyQueueFacts): ReplyWay {
    const way = this.ways.get(facts.url) ?? this.open(facts);
    way.userCount++;
    return {
      send: (body, attributes) => way.producer.sendRaw(facts.url, body, { attributes }),
      leave: () => this.leave(facts.url, way),
    };
  }

  async close(): Promise<void> {
    for (const { producer } of this.ways.values()) this.end(producer);
    this.ways.clear();
    await Promise.all(this.closing.values());
  }

  /** For a process that exits. */
  async giveUp(): Promise<void> {
    const open = [...this.ways.values()].map(({ producer }) => producer);
    await Promise.all([...open, ...this.closing.keys()].map((producer) => producer.giveUp()));
  }

  private open(facts: ReplyQueueFacts): Way {
    const { format, codecs, gateway } = facts.request;
    const { name, url } = facts;
    const producer = this.createProducer(replyQueueHandle({ name, url, gateway, format, codecs }));
    const way: Way = { producer, userCount: 0 };
    this.ways.set(facts.url, way);
    return way;
  }

  private leave(url: string, way: Way): void {
    way.userCount--;
    if (way.userCount > 0 || this.ways.get(url) !== way) return;
    this.ways.delete(url);
    this.end(way.producer);
  }

  private end(producer: TaskProducer): void {
    this.closing.set(
      producer,
      producer.close().finally(() => this.closing.delete(producer)),
    );
  }
}

export interface ReplyWay {
  send(body: string, attributes: ReplyAttributes): Promise<SendResult>;
  leave(): void;
}

export type ReplyAttributes = NonNullable<Parameters<TaskProducer['sendRaw']>[2]>['attributes'];

interface Way {
  readonly producer: TaskProducer;
  userCount: number;
}
