import { CONTROL_ERROR, type ControlSignal, type TaskMessage } from '../../../contracts/task.js';
import type { RemoteDelivery } from './remote-delivery.js';

/** What the function of an isolated file gets after its data: `SqsContext` without Nest around it. */
export interface IsolatedTaskContext {
  readonly message: TaskMessage;
  /** Logical name of the queue, without prefix. */
  readonly queue: string;
  /** The level it came from; 0 is the lowest. */
  readonly priority: number;
  readonly pattern: string | undefined;
  /** Attempts so far, this one included. */
  readonly attempt: number;
  /** Aborted when the task has to end; what does not end is ended a grace time later. */
  readonly signal: AbortSignal;
  /** Key-values that travelled with the task. */
  readonly taskContext: Readonly<Record<string, unknown>>;
  /** What the queue's format set aside. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** Makes the lease last at least so many seconds from now. */
  extend(seconds: number): Promise<void>;
  /** With `ack: 'manual'`: this task is done. */
  ack(): void;
  /** Says that the task goes on, and how far it is. */
  progress(value?: unknown): void;
  /** Ends the task with a retry, after `delaySeconds` or after what the policy says. */
  retry(options?: { delaySeconds?: number }): never;
}

export class FileContext implements IsolatedTaskContext {
  readonly message: TaskMessage;
  readonly queue: string;
  readonly priority: number;
  readonly pattern: string | undefined;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly taskContext: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;

  constructor(private readonly delivery: RemoteDelivery) {
    this.message = delivery.message;
    this.queue = delivery.queue;
    this.priority = delivery.priority;
    this.pattern = delivery.pattern;
    this.attempt = delivery.attempt;
    this.signal = delivery.signal;
    this.taskContext = delivery.context;
    this.meta = delivery.meta;
  }

  extend(seconds: number): Promise<void> {
    return this.delivery.extend(seconds);
  }

  ack(): void {
    this.delivery.ack();
  }

  progress(value?: unknown): void {
    this.delivery.progress(value);
  }

  retry(options: { delaySeconds?: number } = {}): never {
    throw new RetryWanted({ kind: 'retry', ...options });
  }
}

/** In the worker it becomes a `RetryTaskError`. */
class RetryWanted extends Error {
  readonly [CONTROL_ERROR]: ControlSignal;

  constructor(signal: ControlSignal) {
    super('The task asked for a retry');
    this.name = 'RetryTaskError';
    this[CONTROL_ERROR] = signal;
  }
}
