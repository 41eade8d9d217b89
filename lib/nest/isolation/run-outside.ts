import { InvalidOptionsError } from '../../contracts/index.js';
import type {
  IsolateOptions,
  LongTaskOptions,
  RunningDelivery,
  TaskRunner,
} from '../../contracts/index.js';
import type { HandlerRegistration } from '../pipeline/handler-registration.js';
import type { RunOutside } from './isolated-method.js';

interface Run {
  readonly registration: HandlerRegistration;
  readonly delivery: RunningDelivery;
  /** What the method may have among its arguments. */
  readonly context: object;
}

/** Where a handler wants to run; undefined: on the worker's event loop. */
export function isolationOf({ definition }: HandlerRegistration): IsolateOptions | undefined {
  return definition.kind === 'task' ? definition.options.isolate : undefined;
}

/** Gives one run of a handler's method to the runner. */
export function runOutside(run: Run, runner: () => TaskRunner | undefined): RunOutside {
  const { registration, delivery, context } = run;
  const isolate = isolationOf(registration);
  return async (args) => {
    const runs = runner();
    if (isolate === undefined || runs === undefined) throw nobodyRuns();
    return runs.run({
      handler: registration.name,
      isolate,
      limits: limitsOf(registration),
      args: args.map((arg) => (arg === context ? undefined : arg)),
      contextAt: args.flatMap((arg, index) => (arg === context ? index : [])),
      delivery,
    });
  };
}

/** At start, so that what is missing is known before the first task. @throws InvalidOptionsError, MissingPackageError */
export async function prepareIsolation(
  isolations: readonly IsolateOptions[],
  runner: TaskRunner | undefined,
): Promise<void> {
  if (isolations.length === 0) return;
  if (runner === undefined) throw nobodyRuns();
  for (const isolate of isolations) await runner.prepare(isolate);
}

function limitsOf({ definition }: HandlerRegistration): LongTaskOptions {
  return definition.kind === 'task' ? definition.options : {};
}

function nobodyRuns(): InvalidOptionsError {
  const problem =
    'a handler with isolate needs an app with SqsModule.forRoot(); a ServerSqs made by hand has no pools';
  return new InvalidOptionsError({ where: '@SqsTask()', problems: [problem] });
}
