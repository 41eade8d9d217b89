import type { TaskDelivery } from '../contracts/index.js';
import { RecordedContext } from './pipeline/recorded-context.js';
import { SqsContext } from './sqs.context.js';

/** One task of a batch. */
export interface SqsBatchItem<T = unknown> {
  /** Id of its message; what `batchItemFailures` names. */
  readonly messageId: string;
  readonly data: T;
  readonly context: SqsContext;
}

/** What a batch handler may answer; without it all succeeded. */
export interface SqsBatchResponse {
  batchItemFailures: readonly { itemIdentifier: string }[];
}

/** What `@Ctx()` gives to a batch handler. */
export class SqsBatchContext extends RecordedContext<[readonly TaskDelivery[]]> {
  readonly items: readonly SqsBatchItem[];

  constructor(tasks: readonly { readonly delivery: TaskDelivery; readonly data: unknown }[]) {
    super([tasks.map(({ delivery }) => delivery)]);
    this.items = tasks.map(({ delivery, data }) => ({
      messageId: delivery.message.id,
      data,
      context: new SqsContext(delivery),
    }));
  }

  /** Logical name of the queue, without prefix. */
  get queue(): string | undefined {
    return this.args[0][0]?.queue;
  }

  /** The task's name. */
  get pattern(): string | undefined {
    return this.args[0][0]?.pattern;
  }

  /** Aborted as soon as the signal of one of its tasks is. */
  get signal(): AbortSignal {
    return AbortSignal.any(this.args[0].map((delivery) => delivery.signal));
  }
}
