import type { TaskDelivery, TaskMessage } from '../contracts/index.js';
import { RetryTaskError } from './control-errors.js';
import { RUN_OUTSIDE } from './isolation/isolated-method.js';
import type { RunOutside } from './isolation/isolated-method.js';
import { RecordedContext } from './pipeline/recorded-context.js';

/** What `@Ctx()` gives to a handler: the message, and what a handler can do about it. */
export class SqsContext extends RecordedContext<[TaskDelivery]> {
  /** Where the method of an isolated handler runs; undefined: here. */
  [RUN_OUTSIDE]: RunOutside | undefined;

  constructor(private readonly delivery: TaskDelivery) {
    super([delivery]);
  }

  /** The message: id, body, attributes, receive count, when it was sent, its group. */
  get message(): TaskMessage {
    return this.delivery.message;
  }

  /** Logical name of the queue, without prefix. */
  get queue(): string {
    return this.delivery.queue;
  }

  /** The level of the queue that it came from; 0 is the lowest, and the only one of a queue without priorities. */
  get priority(): number {
    return this.delivery.priority;
  }

  /** The task's name; undefined in a raw handler. */
  get pattern(): string | undefined {
    return this.delivery.pattern;
  }

  /** Attempts so far, this one included. */
  get attempt(): number {
    return this.delivery.attempt;
  }

  /** Aborted when the lease is lost, the time limit passed, or the worker's drain deadline passed. */
  get signal(): AbortSignal {
    return this.delivery.signal;
  }

  /** Key-values that travelled with the task. */
  get taskContext(): Readonly<Record<string, unknown>> {
    return this.delivery.context;
  }

  /**
   * What the queue's format set aside: facts of the message that are no part of the task, such as the `meta` of sqspipes,
   * or `sns` with the topic of a notification. A send takes them along with `{ meta: context.meta }`.
   */
  get meta(): Readonly<Record<string, unknown>> {
    return this.delivery.meta;
  }

  /**
   * Makes the lease last at least so many seconds from now.
   * @throws LeaseLostError where it is lost already
   */
  extend(seconds: number): Promise<void> {
    return this.delivery.extend(seconds);
  }

  /** With `ack: 'manual'`: this task is done. Elsewhere it has no effect. */
  ack(): void {
    this.delivery.ack();
  }

  /**
   * Says that the task goes on. `silenceTimeoutMs` counts from here, and `isAlive` is told the value; one that goes to
   * another thread or process must be cloneable.
   */
  progress(value?: unknown): void {
    this.delivery.progress(value);
  }

  /**
   * Ends the handler with a retry, after `delaySeconds` or after what the policy says.
   * @throws RetryTaskError always
   */
  retry(options: { delaySeconds?: number } = {}): never {
    throw new RetryTaskError(options);
  }
}
