import { Injectable } from '@nestjs/common';
import { AsyncValue } from '../../primitives/async-value.js';
import { NoTaskContextError } from './no-task-context.error.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * Key-values that travel with tasks: what is set where a task is sent can be read in its handler, in everything around
 * the handler, and where the tasks that the handler sends are handled. Values must be what the codec can carry.
 */
@Injectable()
export class TaskContext {
  private readonly entered = new AsyncValue<{
    values: Values;
    priority: number | undefined;
  }>();
  private hasBeenEntered = false;

  /**
   * Runs a function with these values on top of those that are there; what it sets ends with it.
   *
   * @example
   * ```ts
   * use(request: Request, _response: Response, next: NextFunction) {
   *   this.context.run({ requestId: request.headers['x-request-id'] }, next);
   * }
   * ```
   */
  run<R>(values: Values, work: () => R): R {
    return this.enter({ ...this.all(), ...values }, work, this.runningPriority());
  }

  /**
   * Sets a value for the rest of this request or task, and for what it sends from now on.
   * @throws NoTaskContextError outside of `run()` and of tasks
   */
  set(key: string, value: unknown): void {
    const store = this.entered.get();
    if (store === undefined) throw new NoTaskContextError({ key });
    // Replaced, never changed: sends that are under way keep what they took.
    store.values = { ...store.values, [key]: value };
  }

  /** Undefined for what was not set, and outside of `run()` and of tasks. */
  get<T = unknown>(key: string): T | undefined {
    const values: Values = this.entered.get()?.values ?? {};
    return Object.hasOwn(values, key) ? (values[key] as T) : undefined;
  }

  /** Forgets all values, those that came with the task included. */
  clear(): void {
    const store = this.entered.get();
    if (store !== undefined) store.values = {};
  }

  /** All values, as a copy. */
  all(): Record<string, unknown> {
    return { ...this.entered.get()?.values };
  }

  /** The values as they are, for sends; undefined outside of `run()` and of tasks. */
  running(): Record<string, unknown> | undefined {
    return this.entered.get()?.values;
  }

  /** Level of the task that is running, for sends that inherit it; undefined outside of tasks. */
  runningPriority(): number | undefined {
    return this.entered.get()?.priority;
  }

  /** False until some values were there for the first time. */
  get isUsed(): boolean {
    return this.hasBeenEntered;
  }

  /** Runs work with exactly these values. */
  enter<R>(values: Values, work: () => R, priority?: number): R {
    this.hasBeenEntered = true;
    return this.entered.run({ values, priority }, work);
  }
}
