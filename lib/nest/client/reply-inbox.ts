import { GatewayError } from '../../contracts/index.js';
import type {
  Clock,
  CodecLookup,
  HandlerLookup,
  MessageFormat,
  QueueGateway,
  QueueHandle,
  ResolvedConsumeOptions,
  SqsLogger,
  TaskHandler,
  Timer,
  WorkerControl,
  WorkerSetup,
} from '../../contracts/index.js';
import { decodeReply } from '../replies/reply-packet.js';
import { replyQueueHandle } from '../replies/reply-queue-handle.js';
import type { ReplyPacket } from '../replies/reply-packet.js';
import type { ReplyQueue, ReplyQueueAddress } from './reply-queue.js';
import { errorText } from '../../primitives/error-text.js';

export interface ReplyInboxParts {
  readonly queue: ReplyQueue;
  readonly gateway: QueueGateway;
  readonly format: MessageFormat;
  readonly codecs: CodecLookup;
  readonly consume: ResolvedConsumeOptions;
  readonly clock: Clock;
  readonly logger: SqsLogger;
  createWorker(setup: WorkerSetup): WorkerControl;
  /** False where nobody waits for it. */
  take(packet: ReplyPacket, bytes: number): boolean;
  isWaitedFor(): boolean;
}

/** Milliseconds to go on polling once nobody waits: the next request often follows. */
const LINGER_MS = 2_000;
const DRAIN_MS = 1_000;

/**
 * Reads the reply queue.
 *
 * - SHUT: there is no queue yet. `open()` → OPEN; failing leaves it SHUT.
 * - OPEN: polled while somebody waits, and a little after. The queue is gone → SHUT; `close()` → ENDED.
 * - ENDED: nothing runs, and a queue of our own is deleted.
 */
export class ReplyInbox {
  private opening: Promise<ReplyQueueAddress> | undefined;
  private worker: WorkerControl | undefined;
  private isPolling = false;
  private linger: Timer | undefined;
  private losing: Promise<void> | undefined;

  constructor(private readonly parts: ReplyInboxParts) {}

  /** The URL that replies are to be sent to. */
  async open(): Promise<string> {
    await this.losing;
    this.opening ??= this.begin();
    return (await this.opening).url;
  }

  /** Somebody waits, or nobody does any more. */
  update(): void {
    this.linger?.cancel();
    this.linger = undefined;
    if (this.parts.isWaitedFor()) this.poll();
    else if (this.isPolling) this.linger = this.parts.clock.setTimer(() => this.rest(), LINGER_MS);
  }

  async close(): Promise<void> {
    this.linger?.cancel();
    await Promise.allSettled([this.opening, this.losing]);
    await this.worker?.drain();
    this.worker = undefined;
    await this.parts.queue.close();
  }

  private async begin(): Promise<ReplyQueueAddress> {
    try {
      const address = await this.parts.queue.open();
      this.worker = this.createWorker(address);
      this.worker.start();
      this.isPolling = true;
      this.update();
      return address;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private poll(): void {
    if (this.isPolling) return;
    this.isPolling = this.worker !== undefined;
    this.eachQueue((worker, name) => worker.resume(name));
  }

  /** An open poll ends by itself, and costs nothing more. */
  private rest(): void {
    this.isPolling = false;
    this.eachQueue((worker, name) => worker.pause(name));
  }

  private eachQueue(tell: (worker: WorkerControl, name: string) => void): void {
    const { worker } = this;
    for (const { name } of worker?.status().queues ?? []) tell(worker as WorkerControl, name);
  }

  private createWorker(address: ReplyQueueAddress): WorkerControl {
    const { consume, clock } = this.parts;
    const { name } = address;
    const worker = this.parts.createWorker({
      queues: [{ queue: this.handleOf(address), name, handlersOf: name, consume }],
      handlers: onlyRaw({
        name: 'ClientSqs',
        options: {},
        run: async (d) => this.read(d.message.raw),
      }),
      interceptors: [],
      stopWhen: { start: () => ({ shouldStop: () => false }) },
      drainTimeoutMs: DRAIN_MS,
      clock,
      logger: quiet(this.parts.logger),
    });
    worker.on('poll:failed', ({ error }) => this.pollFailed(error));
    return worker;
  }

  private handleOf({ name, url }: ReplyQueueAddress): QueueHandle {
    const { gateway, format, codecs } = this.parts;
    return replyQueueHandle({ name, url, gateway, format, codecs });
  }

  /** Whatever comes is deleted: what nobody waits for now, nobody will wait for later. */
  private read(message: Parameters<typeof decodeReply>[0]): void {
    const { logger, codecs } = this.parts;
    try {
      const packet = decodeReply(message, codecs);
      if (!this.parts.take(packet, message.body.length)) {
        logger.debug('A late or repeated reply was ignored', { requestId: packet.id });
      }
    } catch (error) {
      logger.warn('A message in the reply queue cannot be read as a reply and was ignored', {
        messageId: message.messageId,
        reason: errorText(error),
      });
    }
  }

  /** Swept while this process slept, or deleted by hand: the next request opens another one. */
  private pollFailed(reason: unknown): void {
    if (!(reason instanceof GatewayError) || reason.kind !== 'queue-not-found') return;
    const { worker } = this;
    if (worker === undefined) return;
    this.worker = undefined;
    this.opening = undefined;
    this.isPolling = false;
    this.losing = worker.drain().then(() => this.parts.queue.close());
  }
}

function onlyRaw(handler: TaskHandler): HandlerLookup {
  return {
    find: () => undefined,
    findRaw: () => handler,
    maxBatchSizeOf: () => 0,
    patternsOf: () => [],
  };
}

/** Replies are no tasks: they are not logged one by one. */
function quiet(logger: SqsLogger): SqsLogger {
  return {
    debug: (message, fields) => logger.debug(message, fields),
    log: (message, fields) => logger.debug(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields, error) => logger.error(message, fields, error),
    payload: () => {},
    isDebugEnabled: () => logger.isDebugEnabled(),
    isLogEnabled: () => false,
  };
}
