import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import type { StopPolicy, WorkerOptions } from '../../../contracts/index.js';
import { anyOf, idle, maxTasks } from '../../../nest/adapters/stop-policies.js';
import { runSqsWorker } from '../../../nest/index.js';
import type { ProcessHost } from '../../../nest/index.js';
import type { SqsRuntime } from '../../../nest/sqs.runtime.js';
import { appTarget } from '../app/app-target.js';
import { loadApp } from '../app/load-app.js';
import { startError } from '../errors/start-error.js';
import { EXIT_CODES } from '../exit-codes.js';
import { duringCommand } from '../running-command.js';
import type { RunningCommand } from '../running-command.js';
import { openWorker } from './open-worker.js';
import type { OpenedWorker } from './open-worker.js';
import { servedQueues, serversOf } from './served-queues.js';
import type { WorkSettings } from './settings.js';
import type { StartReport } from './start-report.js';
import { counted, NO_TASKS } from './task-counts.js';
import type { TaskCounts } from './task-counts.js';

/** Who follows a worker process. */
export interface WorkerFollower {
  /** What it will run; nothing is consumed yet. */
  report(report: StartReport): void;
  /** It consumes. */
  started(): void;
  /** All that it has done so far. */
  counts(counts: TaskCounts): void;
}

export interface WorkerProcessParts {
  readonly settings: WorkSettings;
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  readonly process: ProcessHost;
  readonly logger: LoggerService;
  readonly follower: WorkerFollower;
  readonly say: (error: unknown) => void;
  /** Another process of this command calls the `@OnQueueStats()` methods, until `tellStats()`. */
  readonly leavesStatsToAnother?: boolean;
}

/** Runs an app's worker in this process, until it is told to stop or ends by itself. */
export class WorkerProcess {
  private done: TaskCounts = NO_TASKS;
  private runtime: SqsRuntime | undefined;
  private isPastBootstrap = false;
  private hasReported = false;
  private hasStarted = false;
  private exitCode: number = EXIT_CODES.ok;

  constructor(private readonly parts: WorkerProcessParts) {}

  /** Resolves with the exit code. */
  async run(): Promise<number> {
    this.prepare();
    try {
      await this.work(await duringCommand(this.command(), () => this.open()));
      return this.exitCode;
    } catch (error) {
      this.parts.say(this.explained(error));
      return EXIT_CODES.failed;
    }
  }

  /** From now on this is the process that calls the `@OnQueueStats()` methods. */
  tellStats(): void {
    this.runtime?.stats.takeOver();
  }

  /** What the app reads while it is loaded. */
  private prepare(): void {
    const { settings, env, logger } = this.parts;
    if (settings.region !== undefined) env['AWS_REGION'] = settings.region;
    if (settings.endpoint !== undefined) env['AWS_ENDPOINT_URL_SQS'] = settings.endpoint;
    Logger.overrideLogger(logger);
  }

  private async open(): Promise<OpenedWorker> {
    const { settings, cwd, logger } = this.parts;
    const { app: reference, workerOptions, chosen } = settings;
    const target = await appTarget(reference, await loadApp(reference, cwd), workerOptions);
    const worker = workerOptionsOf(settings);
    return openWorker({ reference, target, worker, chosen, logger });
  }

  private async work(app: OpenedWorker): Promise<void> {
    // An app that was started before it was handed over has passed the moment of the report.
    if (this.isPastBootstrap) this.report();
    const host = {
      ...this.parts.process,
      setExitCode: (code: number) => void (this.exitCode = code),
    };
    await runSqsWorker(app, workerOptionsOf(this.parts.settings), host);
  }

  private command(): RunningCommand {
    const { settings, leavesStatsToAnother = false } = this.parts;
    const { workerOptions, reportIntervalMs } = settings;
    return {
      workerOptions,
      reportIntervalMs,
      leavesStatsToAnother,
      onRuntime: (runtime) => (this.runtime = runtime),
      onBootstrap: () => {
        this.isPastBootstrap = true;
        this.report();
      },
    };
  }

  private report(): void {
    const { runtime } = this;
    if (this.hasReported || runtime === undefined || runtime.servers().length === 0) return;
    this.hasReported = true;
    this.parts.follower.report({
      connections: runtime.connections(),
      queues: servedQueues(runtime),
    });
    this.follow(runtime);
  }

  private follow(runtime: SqsRuntime): void {
    for (const server of serversOf(runtime)) {
      server.on('worker:started', () => this.started());
      server.on('task:settled', ({ outcome }) => {
        this.done = counted(this.done, outcome.kind);
        this.parts.follower.counts(this.done);
      });
    }
  }

  private started(): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.parts.follower.started();
  }

  private explained(error: unknown): unknown {
    return this.hasStarted ? error : startError(this.parts.settings.app, error);
  }
}

/** What the worker's `sqsWorker()` gets. */
export function workerOptionsOf(settings: WorkSettings): WorkerOptions {
  const policies = [
    ...(settings.idleSeconds === undefined ? [] : [idle({ seconds: settings.idleSeconds })]),
    ...(settings.maxTasks === undefined ? [] : [maxTasks(settings.maxTasks)]),
  ];
  return { ...settings.worker, ...stopWhen(policies) };
}

function stopWhen(policies: readonly StopPolicy[]): { stopWhen?: StopPolicy } {
  return policies.length === 0 ? {} : { stopWhen: anyOf(...policies) };
}
