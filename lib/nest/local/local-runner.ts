import { TaskNotFoundError } from '../../contracts/index.js';
import type {
  Clock,
  HandlerLookup,
  HandlerMatch,
  TaskScope,
  TaskTarget,
} from '../../contracts/index.js';
import { patternRoute } from '../../serialization/index.js';
import { runHere } from '../pipeline/checked-data.js';
import { localDelivery } from './local-delivery.js';

export interface LocalRunnerParts {
  readonly clock: Clock;
  /** Handlers of the app: those of its servers, or found without one. */
  lookups(): readonly HandlerLookup[];
  /** The logical name of a queue that is given by name, URL or ARN. */
  nameOf(queue: string): string;
  /** Key-values of the task or request that is running. */
  taskContext(): Record<string, unknown> | undefined;
  /** Level of the task that is running; undefined outside of one. */
  taskPriority(): number | undefined;
  readonly taskScope: TaskScope;
}

/** Runs handlers here instead of sending. No task interceptor, hook, time limit or policy: only what Nest puts around. */
export class LocalRunner {
  constructor(private readonly parts: LocalRunnerParts) {}

  /** @throws TaskNotFoundError; InvalidTaskDataError for data that do not fit; else what the handler throws */
  async run({ queue, pattern }: TaskTarget, data: unknown): Promise<unknown> {
    const { clock, nameOf, taskContext, taskPriority, taskScope } = this.parts;
    const target = { queue: nameOf(queue), pattern };
    const match = this.find(target);
    const context = taskContext() ?? {};
    const priority = taskPriority() ?? 0;
    const delivery = localDelivery({ target, data, context, priority, clock });
    // As in a worker: a batch handler gets each task's context beside its data.
    const own = match.kind === 'batch' ? {} : context;
    return taskScope(own, () => runHere(match, delivery), priority);
  }

  private find({ queue, pattern }: TaskTarget): HandlerMatch {
    const route = patternRoute(pattern) ?? pattern;
    for (const lookup of this.parts.lookups()) {
      const match = lookup.find(queue, route);
      if (match !== undefined) return match;
    }
    throw new TaskNotFoundError({ pattern });
  }
}
