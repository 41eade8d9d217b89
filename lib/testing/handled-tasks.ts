import { tap } from 'rxjs';
import type { Outcome, SqsTaskInterceptor, TaskDelivery } from '../contracts/index.js';
import type { Running } from './test-clock.js';

/** A task that a handler was given, and how that ended. */
export interface HandledTask {
  /** Logical name of the queue. */
  readonly queue: string;
  /** Undefined where the message could not be decoded. */
  readonly pattern: string | undefined;
  readonly data: unknown;
  readonly outcome: Outcome;
  /** Attempts so far, this one included. */
  readonly attempt: number;
  readonly messageId: string;
  /** Key-values that travelled with the task. */
  readonly taskContext: Readonly<Record<string, unknown>>;
}

type Listener = (task: HandledTask) => void;

/** Which tasks run now, and which have ended how. */
export class HandledTasks implements Running {
  startedCount = 0;
  private readonly tasks: HandledTask[] = [];
  private readonly taken = new WeakSet<HandledTask>();
  private readonly running = new Set<TaskDelivery>();

  constructor(private readonly listener: Listener) {}

  get runningCount(): number {
    return this.running.size;
  }

  all(): readonly HandledTask[] {
    return this.tasks;
  }

  /** The first that fits and was not taken before. */
  take(fits: (task: HandledTask) => boolean): HandledTask | undefined {
    const task = this.tasks.find((one) => !this.taken.has(one) && fits(one));
    if (task !== undefined) this.taken.add(task);
    return task;
  }

  /** What runs, for errors. */
  namesOfRunning(): string[] {
    return [...this.running].map((one) => `${one.pattern ?? 'a raw message'} on ${one.queue}`);
  }

  /** What has ended, for errors. */
  namesOfEnded(): string[] {
    return this.tasks
      .slice(-MAX_NAMED)
      .map(
        ({ pattern = 'a raw message', queue, outcome }) =>
          `${pattern} on ${queue}: ${outcome.kind}`,
      );
  }

  /** Around each delivery, outside of all others. */
  readonly probe: SqsTaskInterceptor = {
    intercept: (delivery, next) => {
      this.begin(delivery);
      const end = () => void this.running.delete(delivery);
      return next.handle().pipe(tap({ finalize: end }));
    },
  };

  begin(delivery: TaskDelivery): void {
    this.startedCount++;
    this.running.add(delivery);
  }

  /** Once its outcome is settled. */
  end(delivery: TaskDelivery, outcome: Outcome): void {
    this.running.delete(delivery);
    const { queue, pattern, data, attempt, message, context: taskContext } = delivery;
    const task = { queue, pattern, data, outcome, attempt, messageId: message.id, taskContext };
    this.tasks.push(task);
    this.listener(task);
  }

  forget(): void {
    this.tasks.length = 0;
  }
}

const MAX_NAMED = 10;
