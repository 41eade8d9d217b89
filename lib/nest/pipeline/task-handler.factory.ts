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
import { checkOf } from './checked-data.js';
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
    const [only, second] = registrations;
    return {
      name: registrations.map((one) => one.name).join(' + '),
      options: Object.assign({}, ...registrations.map((one) => one.definition.options)) as object,
      // Several handlers of one task are event handlers, which have no schema.
      check: only === undefined || second !== undefined ? undefined : checkOf(only.definition),
      run: (delivery, data) => this.runTask(registrations, delivery, data),
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
      check: checkOf(registration.definition),
      run: (deliveries, data) => this.runBatch(registration, deliveries, data),
    };
  }

  private runTask(
    registrations: readonly HandlerRegistration[],
    delivery: RunningDelivery,
    data: unknown,
  ): Promise<unknown> {
    const [only, second] = registrations;
    if (only !== undefined && second === undefined) {
      const sink = this.replies.streamOf(delivery);
      return this.runOne(delivery, (context) => {
        if (isolationOf(only) !== undefined) {
          context[RUN_OUTSIDE] = runOutside({ registration: only, delivery, context }, this.runner);
        }
        return runNestHandler(only.callback, data, context, sink);
      });
    }
    return this.runOne(delivery, () => runAll(registrations, delivery, data));
  }

  private runOne<R>(delivery: TaskDelivery, work: (context: SqsContext) => Promise<R>): Promise<R> {
    const context = new SqsContext(delivery);
    return this.hooks.around(context, () => work(context));
  }

  private async runBatch(
    { callback }: HandlerRegistration,
    deliveries: readonly TaskDelivery[],
    data: readonly unknown[],
  ): Promise<ReadonlyMap<string, unknown>> {
    const context = new SqsBatchContext(
      deliveries.map((delivery, i) => ({ delivery, data: data[i] })),
    );
    const run = () => runNestHandler(callback, context.items, context);
    return this.hooks.around(context, () => batchFailures(context.items, run));
  }
}

/** Every event handler runs to its end before the task is settled; the first failure in order decides. */
async function runAll(
  registrations: readonly HandlerRegistration[],
  delivery: TaskDelivery,
  data: unknown,
): Promise<undefined> {
  const runs = registrations.map(({ callback }) =>
    runNestHandler(callback, data, new SqsContext(delivery)),
  );
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
