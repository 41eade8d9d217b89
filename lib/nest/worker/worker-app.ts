import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { DrainOptions, SqsLogger, WorkerOptions } from '../../contracts/index.js';
import { NestSqsLogger } from '../nest-logger.js';
import type { SqsRuntime } from '../sqs.runtime.js';
import { findRuntime } from './find-runtime.js';
import { ServerSqs } from './server-sqs.js';
import { sqsWorker } from './sqs-worker.js';

/** A module to make an app of. */
export type WorkerModule = Parameters<typeof NestFactory.createMicroservice>[0];
export type WorkerTarget = WorkerModule | INestMicroservice | INestApplication;

/** An app, as running it as a worker needs it. */
export interface WorkerApp {
  readonly logger: SqsLogger;
  servers(): readonly ServerSqs[];
  start(): Promise<void>;
  /** Whoever waits for its start waits no longer. */
  abandonStart(): void;
  /** Every server, and what else consumes. */
  drain(options: DrainOptions): Promise<void>;
  close(): Promise<void>;
  /** The process exits: sends that have not ended reject, and are named in the log. */
  giveUpSends(): Promise<void>;
}

export async function openWorkerApp(
  target: WorkerTarget,
  options: WorkerOptions,
): Promise<WorkerApp> {
  const app = isApp(target)
    ? target
    : await NestFactory.createMicroservice(target, sqsWorker(options));
  if (isHybrid(app)) connectWorker(app, options);
  ownSignals(app);
  const runtime = runtimeOf(app);
  return {
    logger: runtime?.workerLogger ?? new NestSqsLogger({ context: 'SqsWorker' }),
    servers: () => serversOf(app),
    start: () => start(app),
    abandonStart: () => runtime?.abandonStart(),
    async drain(how) {
      const byHand = serversOf(app).map((server) => server.close(how));
      await Promise.all([runtime?.drain(how), ...byHand]);
    },
    close: () => app.close(),
    async giveUpSends() {
      await runtime?.giveUpSends();
    },
  };
}

type App = INestMicroservice | INestApplication;

function isApp(target: WorkerTarget): target is App {
  return typeof target === 'object' && 'close' in target && 'get' in target;
}

function isHybrid(app: App): app is INestApplication {
  return 'connectMicroservice' in app;
}

function connectWorker(app: INestApplication, options: WorkerOptions): void {
  if (serversOf(app).length > 0) return;
  app.connectMicroservice(sqsWorker(options), { inheritAppConfig: true });
}

/** Nest's own signal handlers would destroy providers while their handlers still run. */
function ownSignals(app: App): void {
  const unsubscribe: unknown = Reflect.get(app, 'unsubscribeFromProcessSignals');
  if (typeof unsubscribe === 'function') Reflect.apply(unsubscribe, app, []);
}

async function start(app: App): Promise<void> {
  if (serversOf(app).length === 0) throw noServer();
  if (!isHybrid(app)) {
    await app.listen();
    return;
  }
  await app.init();
  // Other transports of a hybrid app are its own matter: listening twice would fail.
  const ours = app.getMicroservices().filter((one) => transportOf(one) instanceof ServerSqs);
  for (const microservice of ours) await microservice.listen();
}

function serversOf(app: App): readonly ServerSqs[] {
  const microservices = isHybrid(app) ? app.getMicroservices() : [app];
  const transports = microservices.map(transportOf);
  const made = runtimeOf(app)?.servers() ?? [];
  const servers = [...transports, ...made].filter((one) => one instanceof ServerSqs);
  return [...new Set(servers)];
}

function runtimeOf(app: App): SqsRuntime | undefined {
  return findRuntime(app.get(ModulesContainer, { strict: false }));
}

/** Nest 12 has `getTransportServer()`; before, the field under it. */
function transportOf(microservice: INestMicroservice): unknown {
  const get: unknown = Reflect.get(microservice, 'getTransportServer');
  if (typeof get === 'function') return Reflect.apply(get, microservice, []);
  return Reflect.get(microservice, 'serverInstance');
}

function noServer(): InvalidOptionsError {
  const problem =
    'expected an app with sqsWorker() as its microservice options, got another transport';
  return new InvalidOptionsError({ where: 'runSqsWorker()', problems: [problem] });
}
