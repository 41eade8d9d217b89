import type { TaskPacket } from '../contracts/format.js';
import type { RunningDelivery } from '../contracts/task.js';
import type { FailurePlace } from './failure-place.js';
import type { Lease } from './lease.js';
import type { ReceivedTaskMessage } from './task-message.js';

export interface DeliveryOwner {
  /** Level of the queue that its deliveries come from. */
  readonly priority: number;
  extend(delivery: Delivery, seconds: number): Promise<void>;
  /** The delivery's signal was aborted. */
  aborted(delivery: Delivery): void;
}

/** One attempt at a message, passed from step to step. */
export class Delivery implements RunningDelivery {
  packet: TaskPacket | undefined;
  data: unknown;
  isAcked = false;
  /** Of an attempt that failed. */
  failurePlace: FailurePlace | undefined;
  /** Its message was deleted before its handler ran. */
  isSettled = false;
  /** Monotonic milliseconds when its handler started; undefined while it waits. */
  startedAt: number | undefined;
  onAbort: ((error: Error) => void) | undefined;
  onProgress: ((value: unknown) => void) | undefined;
  private controller: AbortController | undefined;
  private abortError: Error | undefined;

  constructor(
    readonly queue: string,
    readonly message: ReceivedTaskMessage,
    readonly lease: Lease,
    private readonly owner: DeliveryOwner,
    /** Retries made here while the message stayed leased. */
    readonly localRetries = 0,
  ) {}

  get pattern(): string | undefined {
    return this.packet?.pattern;
  }

  get context(): Readonly<Record<string, unknown>> {
    return this.packet?.context ?? noContext;
  }

  get meta(): Readonly<Record<string, unknown>> {
    return this.packet?.meta ?? noMeta;
  }

  get priority(): number {
    return this.owner.priority;
  }

  get attempt(): number {
    return this.message.receiveCount + this.localRetries;
  }

  /** Most handlers never look at it, so it is made when one does. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.abortError !== undefined) this.controller.abort(this.abortError);
    }
    return this.controller.signal;
  }

  /** The first reason wins. */
  abort(error: Error): void {
    this.onAbort?.(error);
    if (this.abortError !== undefined) return;
    this.abortError = error;
    this.controller?.abort(error);
    this.owner.aborted(this);
  }

  extend(seconds: number): Promise<void> {
    const extended = this.owner.extend(this, seconds);
    // Where a handler does not wait for it, `signal` tells of the loss: the rejection must not end the process.
    extended.catch(() => {});
    return extended;
  }

  ack(): void {
    this.isAcked = true;
  }

  progress(value?: unknown): void {
    this.onProgress?.(value);
  }

  /** The same message under the same lease, once more. */
  nextAttempt(): Delivery {
    return new Delivery(this.queue, this.message, this.lease, this.owner, this.localRetries + 1);
  }
}

const noContext: Readonly<Record<string, unknown>> = Object.freeze({});
const noMeta: Readonly<Record<string, unknown>> = Object.freeze({});
