import { Module } from '@nestjs/common';
import type { DynamicModule, INestMicroservice, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { appTarget } from '../features/cli/app/app-target.js';
import { loadApp } from '../features/cli/app/load-app.js';
import { startError } from '../features/cli/errors/start-error.js';
import { makeLogger } from '../features/cli/logging/make-logger.js';
import { duringCommand } from '../features/cli/running-command.js';
import { readSettings } from '../features/cli/work/settings.js';
import type { WorkSettings } from '../features/cli/work/settings.js';
import { workerOptionsOf } from '../features/cli/work/worker-process.js';
import { sqsWorker } from '../index.js';
import type { WorkerModule } from '../nest/index.js';
import { systemClock } from '../primitives/system-clock.js';
import { SqsTestingModule } from './sqs-testing.module.js';
import { ReadyMadeAppError } from './testing-errors.js';
import type { SqsTestingOptions } from './testing-options.js';

/** What `SqsTestingModule.forRoot()` takes, and where the file and its app are. */
export interface ConfiguredWorkerOptions extends SqsTestingOptions {
  /** The app in place of the one that the file names, such as one that is not compiled: a module, or a function that answers one. */
  app?: WorkerModule | ((options: Record<string, unknown>) => unknown);
  /** Folder that the paths are relative to. @default the current one */
  cwd?: string;
}

/**
 * Starts in a test what `nestjs-sqs work <file>` runs, on the queues and the clock of the test: its app gets the section
 * `[worker]`, its worker what `[container]` says, its loggers write where the file says. Neither `region` nor `endpoint`
 * nor the count of processes matters here. It ends with `app.close()`.
 *
 * @example
 * ```ts
 * const app = await startConfiguredWorker('worker.ini');
 * await app.get(SqsProducer).send({ queue: 'adder', pattern: 'adder' }, { args: [1, 2, 3], kwargs: {} });
 * await app.get(SqsHarness).flush();
 * ```
 * @throws ConfigFileError and whatever else the command says of a file or an app; ReadyMadeAppError
 */
export async function startConfiguredWorker(
  file: string,
  { app: given, cwd = process.cwd(), ...testing }: ConfiguredWorkerOptions = {},
): Promise<INestMicroservice> {
  const flags = { config: file, ...(given !== undefined && { app: 'the app of the test' }) };
  const { settings } = readSettings(flags, { cwd, cpuCount: 1 });
  const { app: reference, workerOptions, reportIntervalMs } = settings;
  return duringCommand({ workerOptions, reportIntervalMs }, async () => {
    try {
      const exported = given ?? (await loadApp(reference, cwd));
      const target = await appTarget(reference, exported, workerOptions);
      if (target.kind === 'app') throw new ReadyMadeAppError({ reference });
      return await started(target.module, settings, { testing, cwd });
    } catch (error) {
      throw startError(reference, error);
    }
  });
}

async function started(
  module: WorkerModule,
  settings: WorkSettings,
  { testing, cwd }: { testing: SqsTestingOptions; cwd: string },
): Promise<INestMicroservice> {
  @Module({ imports: [module as DynamicModule, SqsTestingModule.forRoot(testing)] })
  class ConfiguredWorker {}

  const app = await NestFactory.createMicroservice(ConfiguredWorker, {
    ...sqsWorker(workerOptionsOf(settings)),
    ...(settings.loggers !== undefined && { logger: loggerOf(settings, cwd) }),
    abortOnError: false,
  });
  await app.listen();
  return app;
}

function loggerOf(settings: WorkSettings, cwd: string): LoggerService {
  const { stdout, stderr, pid } = process;
  const host = { cwd, pid, clock: systemClock, stdout: outputOf(stdout), stderr: outputOf(stderr) };
  // Errors of a start reach whoever called.
  return makeLogger(settings, { host, isDebug: false, say: () => {} });
}

function outputOf(stream: NodeJS.WriteStream) {
  return { isTerminal: false, write: (text: string) => void stream.write(text) };
}
