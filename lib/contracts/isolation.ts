import type { RunningDelivery, TaskDelivery } from './task.js';

/** How long one task may take, and how it shows that it is not hung. */
export interface LongTaskOptions {
  /**
   * Milliseconds after which the task is over: isolated, it is ended and fails; elsewhere its `signal` is aborted, and
   * slot and lease wait for the real end. Isolated, a member that has to start first gets as long again for that.
   * Range 1…43,200,000. @default none
   */
  hardTimeoutMs?: number;
  /** Milliseconds without `progress()` after which the same happens. Range 1…43,200,000. @default none */
  silenceTimeoutMs?: number;
  /** Asked in the worker's process; where it answers false or throws, the same happens. @default none */
  isAlive?: (pulse: TaskPulse) => boolean | Promise<boolean>;
  /** Milliseconds between two questions to `isAlive`. Range 10…43,200,000. @default 5,000 */
  isAliveEveryMs?: number;
}

/** What `isAlive` is told of a running task. */
export interface TaskPulse {
  readonly delivery: TaskDelivery;
  readonly runningMs: number;
  /** Milliseconds since the last `progress()`, or since the start. */
  readonly silentMs: number;
  /** What the last `progress()` was given. */
  readonly progress: unknown;
}

/** Where a task runs instead of the worker's own event loop. Handlers with equal options share one pool. */
export interface IsolateOptions {
  /** `'process'` for native code, which a thread cannot be stopped in, and which takes its process along when it crashes. */
  runtime: 'thread' | 'process';
  /** File URL or absolute path of a file that exports the function to run; the decorated method only declares it. */
  file?: string | URL;
  /** File URL or absolute path of a file that exports a Nest module; the same method runs in it. */
  module?: string | URL;
  /** Name of the export in that file. @default the default export; of a module file also the only module in it */
  export?: string;
  /** Members of the pool: tasks that run at once. Range 1…1,000. @default as many as the machine has processors */
  size?: number;
  /** Milliseconds after which an idle member ends. Range 0…2,147,483,647. @default 300,000 */
  idleTimeoutMs?: number;
  /** Tasks after which a member is replaced. Range 1…1,000,000,000. @default unlimited */
  maxTasksPerMember?: number;
  /** Mebibytes above which a member is replaced after its task: heap of a thread, all memory of a process. @default unlimited */
  recycleAboveMb?: number;
  /** Heap limit of a member, in mebibytes; beyond it the task fails. @default Node's */
  heapLimitMb?: number;
  /** Milliseconds from the aborted `signal` to the end of the member. Range 0…60,000. @default 100 */
  abortGraceMs?: number;
  /** Node flags of the members. @default those of this process */
  execArgv?: readonly string[];
}

/** One run of a handler's method somewhere else. */
export interface IsolatedJob {
  /** `Class.method`. */
  readonly handler: string;
  readonly isolate: IsolateOptions;
  readonly limits: LongTaskOptions;
  /** What the method gets, after pipes; undefined where it gets the context. */
  readonly args: readonly unknown[];
  /** Positions of `args` that are the context. */
  readonly contextAt: readonly number[];
  readonly delivery: RunningDelivery;
}

/** Runs methods outside of the worker's event loop; the isolation feature gives one. */
export interface TaskRunner {
  /**
   * Before the first task.
   * @throws MissingPackageError
   */
  prepare(isolate: IsolateOptions): Promise<void>;
  /** Answers the method's value; rejects with its error once it has really ended. Keeps the time limits. */
  run(job: IsolatedJob): Promise<unknown>;
}
