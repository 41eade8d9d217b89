import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * One for all values of all apps: before Node 24, each storage that was ever entered makes every promise of the process
 * slower for as long as the process lives, and a process of tests makes hundreds of apps.
 */
const storage = new AsyncLocalStorage<ReadonlyMap<object, unknown>>();

/** A value that whatever is called, and all that it starts, can see. */
export class AsyncValue<T> {
  /** Undefined outside of `run()`. */
  get(): T | undefined {
    return storage.getStore()?.get(this) as T | undefined;
  }

  run<R>(value: T, work: () => R): R {
    return storage.run(new Map(storage.getStore()).set(this, value), work);
  }
}
