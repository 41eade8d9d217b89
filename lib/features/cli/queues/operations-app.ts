import { Logger, Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { SqsModule } from '../../../nest/index.js';
import type { SqsModuleOptions } from '../../../nest/index.js';
import { findRuntime } from '../../../nest/worker/find-runtime.js';
import { operationsFeature, SqsDeadLetters, SqsQueues } from '../../operations/index.js';
import type { AppTarget } from '../app/app-target.js';
import { appTarget } from '../app/app-target.js';
import { loadApp } from '../app/load-app.js';
import { NoSqsModuleError } from '../errors/cli-errors.js';
import type { ErrorSayer } from '../errors/error-sayer.js';
import { startError } from '../errors/start-error.js';
import type { CliHost } from '../host.js';
import { makeLogger } from '../logging/make-logger.js';
import type { LogLevel } from '@nestjs/common';
import { duringCommand } from '../running-command.js';

/** How the queues are reached. */
export interface ReachOptions {
  readonly app?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly prefix?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
}

/** What the commands work with. */
export interface Operations {
  readonly queues: SqsQueues;
  readonly deadLetters: SqsDeadLetters;
  close(): Promise<void>;
}

/** `SqsModule` with what looks after queues, and nothing else. */
@Module({})
class OperationsModule extends SqsModule {
  protected static override readonly features = [operationsFeature];
}

/** @throws what loading and making the app throws */
export async function openOperations(
  reach: ReachOptions,
  { host, sayer }: { host: CliHost; sayer: ErrorSayer },
): Promise<Operations> {
  if (reach.region !== undefined) host.env['AWS_REGION'] = reach.region;
  if (reach.endpoint !== undefined) host.env['AWS_ENDPOINT_URL_SQS'] = reach.endpoint;
  const logLevel = reach.logLevel ?? 'error';
  const isDebug = logLevel === 'debug' || logLevel === 'verbose';
  const reference = reach.app ?? 'nestjs-sqs';
  const say = (error: unknown): void => sayer.say(startError(reference, error));
  Logger.overrideLogger(
    makeLogger({ loggers: undefined, logLevel, logFormat: 'text' }, { host, isDebug, say }),
  );
  const module = OperationsModule.forRoot(moduleOptions(reach));
  if (reach.app === undefined) return operationsOf(await made(module), reference);
  const target = await targetAt(reach.app, host);
  const app = target.kind === 'app' ? target.app : await made(target.module);
  return operationsOf(app, reference);
}

function moduleOptions({ prefix }: ReachOptions): SqsModuleOptions {
  return prefix === undefined ? {} : { queuePrefix: prefix };
}

async function targetAt(reference: string, { cwd }: CliHost): Promise<AppTarget> {
  const command = { workerOptions: {} };
  try {
    return await duringCommand(command, async () =>
      appTarget(reference, await loadApp(reference, cwd), command.workerOptions),
    );
  } catch (error) {
    throw startError(reference, error);
  }
}

type Makeable = Parameters<typeof NestFactory.createMicroservice>[0];

/** A microservice that never listens: its providers are made, and no hook of theirs runs. */
function made(module: Makeable): Promise<INestApplicationContext> {
  const strategy = { listen: () => {}, close: () => {}, on: () => {}, unwrap: () => undefined };
  return NestFactory.createMicroservice(module, {
    strategy: strategy as never,
    abortOnError: false,
  });
}

function operationsOf(app: INestApplicationContext, reference: string): Operations {
  const runtime = findRuntime(app.get(ModulesContainer, { strict: false }));
  if (runtime === undefined) throw new NoSqsModuleError({ reference });
  return {
    queues: app.get(SqsQueues, { strict: false }),
    deadLetters: app.get(SqsDeadLetters, { strict: false }),
    // Nothing has started, so there is nothing to end but the connections.
    close: () => runtime.close(),
  };
}
