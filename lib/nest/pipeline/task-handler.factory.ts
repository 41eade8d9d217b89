import { HandlerConflictError } from '../../contracts/index.js';
import type {
  BatchTaskHandler,
  HandlerMatch,
  RunningDelivery,
  TaskDelivery,
  TaskHandler,
  TaskRunner,
} from '../../contracts/index.js';
import { batchLimitsOf } from '../handler-definition.js';
import type { BatchHandlerOptions } from '../handler-definition.js';
import { isolationOf, runOutside } from '../isolation/run-outside.js';
import { RUN_OUTSIDE } from '../isolation/isolated-method.js';
import { SqsBatchContext } from '../sqs-batch.context.js';
import { SqsContext } from '../sqs.context.js';
import { batchFailures } from './batch-failures.js';
import { checkedBatch, checkedData } from './checked-data.js';
import type { HandlerRegistration } from './handler-registration.js';
import type { ProcessingHooks } from './processing-hooks.js';
import { runNestHandler } from './run-nest-handler.js';
import type { ValueSink } from './run-nest-handler.js';

/** Where the values of requests go. */
export interface ReplyValues {
  /** Undefined where nobody asked for a reply. */
  streamOf(delivery: TaskDelivery): ValueSink | undefined;
}

export const noReplies: ReplyValues = { streamOf: () => undefined };

/** Turns what Nest bound into what the engine runs. */
export class TaskHandlerFactory {
  constructor(
    private readonly hooks: ProcessingHooks,
    private readonly replies: ReplyValues = noReplies,
    /** Asked when an isolated handler runs. */
    private readonly runner: () => TaskRunner | undefined = () => undefined,
  ) {}

  create(registrations: readonly HandlerRegistration[]): HandlerMatch {
    const [first] = registrations;
    if (first === undefined) throw nothingToRun();
    const { definition } = first;
    if (definition.kind === 'batch') {
      return { kind: 'batch', handler: this.batch(first, definition.options) };
    }
    return {
      kind: 'task',
      handler: first.kind === 'raw' ? this.raw(first) : this.task(registrations),
    };
  }

  private task(registrations: readonly HandlerRegistration[]): TaskHandler {
    return {
      name: registrations.map((one) => one.name).join(' + '),
      options: Object.assign({}, ...registrations.map((one) => one.definition.options)) as object,
      run: (delivery) => this.runTask(registrations, delivery),
    };
  }

  private raw(registration: HandlerRegistration): TaskHandler {
    const { name, definition, callback } = registration;
    return {
      name,
      options: definition.options,
      run: (delivery) =>
        this.runOne(delivery, (context) => runNestHandler(callback, delivery.message, context)),
    };
  }

  private batch(registration: HandlerRegistration, options: BatchHandlerOptions): BatchTaskHandler {
    return {
      name: registration.name,
      options: { ...options, ...batchLimitsOf(options) },
      run: (deliveries) => this.runBatch(registration, deliveries),
    };
  }

  private runTask(
    registrations: readonly HandlerRegistration[],
    delivery: RunningDelivery,
  ): Promise<unknown> {
    const [only, second] = registrations;
    if (only !== undefined && second === undefined) {
      const sink = this.replies.streamOf(delivery);
      return this.runOne(delivery, (context) => {
        if (isolationOf(only) !== undefined) {
          context[RUN_OUTSIDE] = runOutside({ registration: only, delivery, context }, this.runner);
        }
        return runChecked(only, delivery, context, sink);
      });
    }
    return this.runOne(delivery, () => runAll(registrations, delivery));
  }

  private runOne<R>(delivery: TaskDelivery, work: (context: SqsContext) => Promise<R>): Promise<R> {
    const context = new SqsContext(delivery);
    return this.hooks.around(context, () => work(context));
  }

  private async runBatch(
    registration: HandlerRegistration,
    deliveries: readonly TaskDelivery[],
  ): Promise<ReadonlyMap<string, unknown>> {
    const { fitting, refused } = await checkedBatch(deliveries, registration.definition);
    if (fitting.length === 0) return refused;
    const context = new SqsBatchContext(fitting);
    const run = () => runNestHandler(registration.callback, context.items, context);
    const failed = await this.hooks.around(context, () => batchFailures(context.items, run));
    return new Map([...refused, ...failed]);
  }
}

async function runChecked(
  { callback, definition }: HandlerRegistration,
  delivery: TaskDelivery,
  context: SqsContext,
  sink?: ValueSink,
): Promise<unknown> {
  return runNestHandler(callback, await checkedData(delivery, definition), context, sink);
}

/** Every event handler runs to its end before the task is settled; the first failure in order decides. */
async function runAll(
  registrations: readonly HandlerRegistration[],
  delivery: TaskDelivery,
): Promise<undefined> {
  const runs = registrations.map((one) => runChecked(one, delivery, new SqsContext(delivery)));
  const results = await Promise.allSettled(runs);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function nothingToRun(): HandlerConflictError {
  return new HandlerConflictError({
    problem: 'A task was registered without a handler',
    advice: 'Give it at least one.',
  });
}
