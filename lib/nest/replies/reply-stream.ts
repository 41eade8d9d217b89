import { GatewayError, RefusedSendError, SendFailedError } from '../../contracts/index.js';
import type { Codec, EncodedTask, SqsLogger } from '../../contracts/index.js';
import { deferred, type Deferred } from '../../primitives/deferred.js';
import { errorText } from '../../primitives/error-text.js';
import { FifoQueue } from '../../primitives/fifo-queue.js';
import { remoteErrorOf } from './remote-error.js';
import type { ReplyWay } from './reply-outbox.js';
import { encodeReply } from './reply-packet.js';
import type { RemoteError, ReplyPacket } from './reply-packet.js';

/** Values of one reply that are written and under way at once: enough to fill requests, and no more than fits memory. */
const MAX_OPEN = 1_000;

export interface ReplyStreamParts {
  readonly requestId: string;
  readonly codec: Codec;
  readonly logger: SqsLogger;
  /** For logs. */
  readonly fields: Record<string, unknown>;
  /** Opens the way to the requester, when the first reply leaves. */
  enter(): ReplyWay;
}

/**
 * What one request is answered by one delivery. A value waits until the handler's turn is over: where the handler
 * ends with it, the value and the end travel together, so that an ordinary reply is one message.
 */
export class ReplyStream {
  private index = 0;
  private held: { value: unknown } | undefined;
  private way: ReplyWay | undefined;
  private isGone = false;
  private isFlushPlanned = false;
  private hasEnded = false;
  /** The first value that cannot be sent at all. */
  private refused: { error: unknown; index: number } | undefined;
  /** The first failure that only running the task again can help. */
  private failure: { error: unknown } | undefined;
  /** Values that wait for their turn, not yet written: a handler may give them faster than SQS takes them. */
  private readonly waiting = new FifoQueue<ReplyPacket>();
  private openCount = 0;
  private idle: Deferred<void> | undefined;

  constructor(private readonly parts: ReplyStreamParts) {}

  /** One value of the handler. */
  next(value: unknown): void {
    this.flush();
    this.held = { value };
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    queueMicrotask(() => {
      this.isFlushPlanned = false;
      if (!this.hasEnded) this.flush();
    });
  }

  /** The handler has given its last value; whether that counts is decided later. */
  end(): void {
    this.hasEnded = true;
  }

  /** Sends what is left and waits until all was accepted. Rejects where only running the task again can help. */
  async complete(): Promise<void> {
    const last = this.held;
    this.held = undefined;
    this.send({ ...responseOf(last), isDisposed: true });
    await this.settled();
    if (this.refused !== undefined) await this.fail(this.refused.error);
  }

  /** The task failed for good. */
  async fail(reason: unknown): Promise<void> {
    this.held = undefined;
    await this.idled();
    // The requester takes what comes in order: the error stands where the value that cannot come would have stood.
    this.index = this.refused?.index ?? this.index;
    this.refused = this.failure = undefined;
    this.send({ err: this.carriable(remoteErrorOf(reason)), isDisposed: true });
    await this.settled();
  }

  /** The task runs again, or nobody is to be answered: what was accepted so far stays. */
  async abandon(): Promise<void> {
    this.held = undefined;
    await this.idled();
  }

  leave(): void {
    this.way?.leave();
  }

  private flush(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) this.send(responseOf(held));
  }

  private send(packet: Omit<ReplyPacket, 'id' | 'index'>): void {
    if (this.isOver) return;
    this.waiting.push({ id: this.parts.requestId, index: this.index++, ...packet });
    this.pump();
  }

  /** Nothing more of this attempt can reach the requester. */
  private get isOver(): boolean {
    return this.isGone || this.refused !== undefined || this.failure !== undefined;
  }

  private pump(): void {
    while (this.openCount < MAX_OPEN) {
      const packet = this.waiting.shift();
      if (packet === undefined) break;
      if (!this.isOver) void this.sendOne(packet);
    }
    if (this.openCount === 0) this.idle?.resolve();
  }

  private async sendOne(packet: ReplyPacket): Promise<void> {
    const encoded = this.encoded(packet);
    if (encoded === undefined) return;
    this.openCount++;
    try {
      this.way ??= this.parts.enter();
      await this.way.send(encoded.body, encoded.attributes);
    } catch (error) {
      this.failed(error, packet);
    }
    this.openCount--;
    this.pump();
  }

  /** Resolves once nothing waits and nothing is under way. */
  private async idled(): Promise<void> {
    if (this.openCount === 0 && this.waiting.size === 0) return;
    this.idle = deferred();
    await this.idle.promise;
  }

  /** What a codec cannot write, it cannot write the next time either, whatever it throws. */
  private encoded(packet: ReplyPacket): EncodedTask | undefined {
    try {
      return encodeReply(packet, this.parts.codec);
    } catch (error) {
      this.refuse(error, packet);
      return undefined;
    }
  }

  private async settled(): Promise<void> {
    await this.idled();
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private refuse(error: unknown, { index }: ReplyPacket): void {
    this.refused ??= { error, index };
    this.parts.logger.error('A reply cannot be sent', this.parts.fields, error);
  }

  private failed(error: unknown, packet: ReplyPacket): void {
    // Between here and SQS there is no code of the user's: this class comes from our own checks.
    if (isRefused(error)) return this.refuse(error, packet);
    if (isWorthRunningAgain(error)) {
      this.failure ??= { error };
      return;
    }
    if (this.isGone) return;
    this.isGone = true;
    this.sayGone(error);
  }

  private sayGone(error: unknown): void {
    const { logger, fields } = this.parts;
    const reason = errorText(error);
    if (kindOf(error) === 'queue-not-found') {
      logger.log('Nobody waits for a reply any more: its queue is gone', fields);
    } else logger.error('A reply was refused', { ...fields, reason });
  }

  /** Details that the codec cannot write are left out. */
  private carriable(error: RemoteError): RemoteError {
    try {
      this.parts.codec.encode(error);
      return error;
    } catch {
      return { name: error.name, message: error.message };
    }
  }
}

function responseOf(held: { value: unknown } | undefined): { response?: unknown } {
  return held === undefined || held.value === undefined ? {} : { response: held.value };
}

/** It cannot be sent at all, say we or SQS: its queue may take less than SQS does. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof RefusedSendError || (error instanceof SendFailedError && error.senderFault)
  );
}

/** SQS could not take it for the moment, however often it was tried. */
function isWorthRunningAgain(error: unknown): boolean {
  if (!(error instanceof SendFailedError)) return true;
  return !(error.cause instanceof GatewayError) || error.cause.isPassing;
}

function kindOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof GatewayError ? cause.kind : undefined;
}
