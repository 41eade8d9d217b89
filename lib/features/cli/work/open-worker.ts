import type { INestApplication, INestMicroservice, LoggerService } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { WorkerOptions } from '../../../contracts/index.js';
import { sqsWorker } from '../../../nest/index.js';
import type { WorkerModule } from '../../../nest/index.js';
import { findRuntime } from '../../../nest/worker/find-runtime.js';
import type { AppTarget } from '../app/app-target.js';
import { FixedWorkerError, NoAppError, NoSqsModuleError } from '../errors/cli-errors.js';

export interface OpenWorkerSetup {
  readonly reference: string;
  readonly target: AppTarget;
  readonly worker: WorkerOptions;
  /** Flags that an app with a worker of its own cannot follow. */
  readonly chosen: readonly string[];
  readonly logger: LoggerService;
}

/** An app that runs as a worker; nothing of it has started. */
export type OpenedWorker = INestMicroservice | INestApplication;

/** @throws NoAppError, NoSqsModuleError, FixedWorkerError, and what making the app throws */
export async function openWorker(setup: OpenWorkerSetup): Promise<OpenedWorker> {
  const { target } = setup;
  return target.kind === 'module'
    ? makeWorker(target.module, setup)
    : checkedApp(target.app, setup);
}

async function makeWorker(module: WorkerModule, setup: OpenWorkerSetup): Promise<OpenedWorker> {
  const options = withSqsModule(sqsWorker(setup.worker), setup.reference);
  const { logger } = setup;
  // Nest would end the process by itself, with the stack of the error.
  return NestFactory.createMicroservice(module, { ...options, logger, abortOnError: false });
}

/** Says first, and in our words, that the app has no `SqsModule`. */
function withSqsModule(
  options: AsyncMicroserviceOptions,
  reference: string,
): AsyncMicroserviceOptions {
  return {
    ...options,
    useFactory: (modules: ModulesContainer) => {
      if (findRuntime(modules) === undefined) throw new NoSqsModuleError({ reference });
      return options.useFactory(modules);
    },
  };
}

function checkedApp(
  app: Extract<AppTarget, { kind: 'app' }>['app'],
  { reference, chosen, worker }: OpenWorkerSetup,
): OpenedWorker {
  if (!('listen' in app)) {
    throw new NoAppError({ reference, found: 'an application context, which cannot run handlers' });
  }
  const runtime = findRuntime(app.get(ModulesContainer, { strict: false }));
  if (runtime === undefined) throw new NoSqsModuleError({ reference });
  if (runtime.servers().length > 0 && chosen.length > 0)
    throw new FixedWorkerError({ reference, flags: chosen });
  const opened = app as OpenedWorker;
  if (runtime.servers().length === 0 && 'connectMicroservice' in opened)
    opened.connectMicroservice(sqsWorker(worker), { inheritAppConfig: true });
  return opened;
}
