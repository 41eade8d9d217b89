import { randomUUID } from 'node:crypto';
import type { WritePacket } from '@nestjs/microservices';
import { RequestAbandonedError } from '../../contracts/index.js';
import type { Clock, SendOptions, TaskTarget } from '../../contracts/index.js';
import { Background } from '../../primitives/background.js';
import type { ReplyPacket } from '../replies/reply-packet.js';
import type { TaskProducer } from '../runtime-parts.js';
import { PendingRequest } from './pending-request.js';
import type { ReplyInbox } from './reply-inbox.js';

export interface RequestDeskParts {
  readonly producer: TaskProducer;
  readonly clock: Clock;
  createInbox(taker: {
    take(packet: ReplyPacket, bytes: number): boolean;
    isWaitedFor(): boolean;
  }): ReplyInbox;
}

export interface Call {
  /** Who calls: its calls can be abandoned together. */
  readonly owner: object;
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly options: SendOptions;
  readonly timeoutMs: number;
  readonly callback: (packet: WritePacket) => void;
}

/** Calls that wait on one reply queue: it sends the request, and gives each reply to the call that it is for. */
export class RequestDesk {
  private readonly pending = new Map<string, { request: PendingRequest; owner: object }>();
  private readonly inbox: ReplyInbox;
  // Whatever fails in the background fails a request, which tells its caller.
  private readonly background = new Background(() => {});

  constructor(private readonly parts: RequestDeskParts) {
    this.inbox = parts.createInbox({
      take: (packet, bytes) => this.pending.get(packet.id)?.request.take(packet, bytes) ?? false,
      isWaitedFor: () => this.pending.size > 0,
    });
  }

  /** Answers a function that ends the call. */
  start(call: Call): () => void {
    const request = this.requestOf(call);
    this.pending.set(request.id, { request, owner: call.owner });
    this.inbox.update();
    this.background.track(this.send(call, request));
    return () => request.cancel();
  }

  /** Fails the calls of one client, or all. */
  abandon(owner?: object): void {
    for (const { request, owner: own } of this.pending.values()) {
      if (owner === undefined || owner === own)
        request.fail(new RequestAbandonedError(request.facts));
    }
  }

  async close(): Promise<void> {
    this.abandon();
    await Promise.all([this.background.idle(), this.inbox.close()]);
  }

  private requestOf({ target, timeoutMs, callback }: Call): PendingRequest {
    return new PendingRequest({
      id: randomUUID(),
      queue: target.queue,
      pattern: target.pattern,
      timeoutMs,
      clock: this.parts.clock,
      callback,
      onEnd: ({ id }) => {
        this.pending.delete(id);
        this.inbox.update();
      },
    });
  }

  private async send(call: Call, request: PendingRequest): Promise<void> {
    const { producer, clock } = this.parts;
    const expiresAt = clock.wallNow() + call.timeoutMs;
    try {
      const replyTo = await this.inbox.open();
      if (request.hasEnded) return;
      const reply = { id: request.id, replyTo, expiresAt };
      await producer.request(call.target, call.data, reply, call.options);
    } catch (error) {
      request.fail(error);
    }
  }
}
