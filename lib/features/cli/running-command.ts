import type { SqsRuntime } from '../../nest/sqs.runtime.js';

/** What a command gives to the app that it starts. */
export interface RunningCommand {
  /** The section `[worker]`: what `SQS_WORKER_OPTIONS` is. */
  readonly workerOptions: Readonly<Record<string, unknown>>;
  /** Milliseconds between two calls of `@OnQueueStats()` methods, in the place of their own. */
  readonly reportIntervalMs?: number | undefined;
  /** Another process of this command calls the `@OnQueueStats()` methods. */
  readonly leavesStatsToAnother?: boolean;
  /** Told of the app's `SqsModule`, once it is made. */
  onRuntime?(runtime: SqsRuntime): void;
  /** Told when handlers are bound and nothing is consumed yet; throwing fails the start. */
  onBootstrap?(runtime: SqsRuntime): void;
}

let current: RunningCommand | undefined;

/**
 * A process runs one command, and Nest makes the app without a way to hand it something from outside: so the command
 * stands here, only while its app is made and started.
 */
export async function duringCommand<T>(
  command: RunningCommand,
  work: () => Promise<T>,
): Promise<T> {
  current = command;
  try {
    return await work();
  } finally {
    current = undefined;
  }
}

export function runningCommand(): RunningCommand | undefined {
  return current;
}
