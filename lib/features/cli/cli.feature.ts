import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { runningCommand } from './running-command.js';

/**
 * Token of the section `[worker]` of the file that `nestjs-sqs work --config` reads, as an object; an empty one in every
 * other process.
 *
 * @example
 * ```ts
 * constructor(@Inject(SQS_WORKER_OPTIONS) private readonly options: { scale?: string }) {}
 * ```
 */
export const SQS_WORKER_OPTIONS = 'SQS_WORKER_OPTIONS';

/** Joins the app to the command that runs it; in all other processes it does nothing. */
@Injectable()
class CommandJoin implements OnApplicationBootstrap {
  private readonly command = runningCommand();

  constructor(private readonly runtime: SqsRuntime) {
    const { reportIntervalMs, leavesStatsToAnother } = this.command ?? {};
    if (reportIntervalMs !== undefined) runtime.stats.tellEvery(reportIntervalMs);
    if (leavesStatsToAnother === true) runtime.stats.standBy();
    this.command?.onRuntime?.(runtime);
  }

  onApplicationBootstrap(): void {
    this.command?.onBootstrap?.(this.runtime);
  }
}

const workerOptions = {
  provide: SQS_WORKER_OPTIONS,
  useFactory: () => runningCommand()?.workerOptions ?? {},
};

export const cliFeature: SqsFeature = {
  providers: [workerOptions, CommandJoin],
  exports: [SQS_WORKER_OPTIONS],
};
