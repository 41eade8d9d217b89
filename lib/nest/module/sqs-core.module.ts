import { Global, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, ModuleMetadata, Provider } from '@nestjs/common';
import { ExternalContextCreator, ModuleRef, ModulesContainer } from '@nestjs/core';
import { findClients } from '../client/find-clients.js';
import { defaultParts } from '../adapters/default-parts.js';
import type { RuntimeParts } from '../runtime-parts.js';
import { AppExplorer } from '../explorer/app-explorer.js';
import { ExternalHandlers } from '../local/external-handlers.js';
import { webHandlers } from '../local/web-handlers.js';
import { NestSqsLogger } from '../nest-logger.js';
import { SQS_MODULE_OPTIONS, SQS_RUNTIME_PARTS } from '../sqs.constants.js';
import { SqsConsumer } from '../consumer/sqs.consumer.js';
import { SqsHealth } from '../health/sqs.health.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { SqsWorkers } from '../worker/sqs-workers.js';
import { instancesOf } from './instances-of.js';
import { queueProviders } from './queue.providers.js';
import type { QueueReference } from './queue.providers.js';
import type { SqsFeature } from './sqs-feature.js';
import type { SqsModuleOptions } from './sqs-module.options.js';
import { SqsProducer } from './sqs.producer.js';

export interface SqsCoreSetup {
  readonly imports?: ModuleMetadata['imports'];
  readonly options: readonly Provider[];
  /** What gets an injection token. */
  readonly queues: readonly QueueReference[];
  readonly features: readonly SqsFeature[];
}

/** What the whole app shares: one runtime, one producer, its workers. */
@Global()
@Module({})
export class SqsCoreModule {
  static for(setup: SqsCoreSetup): DynamicModule {
    const queues = queueProviders(setup.queues);
    const features = setup.features;
    return {
      module: SqsCoreModule,
      imports: setup.imports ?? [],
      providers: [
        ...setup.options,
        partsProvider,
        runtimeProvider,
        SqsProducer,
        SqsWorkers,
        SqsConsumer,
        SqsHealth,
        ...queues,
        ...features.flatMap((feature) => feature.providers),
      ],
      exports: [
        SqsRuntime,
        SqsProducer,
        SqsWorkers,
        SqsConsumer,
        SqsHealth,
        ...queues.map((queue) => queue.provide),
        ...features.flatMap((feature) => feature.exports),
      ],
    };
  }
}

const partsProvider: Provider = { provide: SQS_RUNTIME_PARTS, useValue: defaultParts };

const runtimeProvider: FactoryProvider = {
  provide: SqsRuntime,
  inject: [
    SQS_MODULE_OPTIONS,
    SQS_RUNTIME_PARTS,
    ModuleRef,
    ModulesContainer,
    ExternalContextCreator,
  ],
  useFactory: async (
    options: SqsModuleOptions,
    parts: RuntimeParts,
    moduleRef: ModuleRef,
    modules: ModulesContainer,
    creator: ExternalContextCreator,
  ) =>
    new SqsRuntime({
      options,
      parts,
      sendInterceptors: await instancesOf(options.sendInterceptors, moduleRef),
      taskInterceptors: await instancesOf(options.taskInterceptors, moduleRef),
      clients: () => findClients(modules),
      explore: () => explorerOf(modules).explore(),
      webHandlers: () =>
        webHandlers({
          modules,
          external: new ExternalHandlers(creator, moduleRef),
          nameOf: (queue) => parts.nameOf(queue, options.queuePrefix),
          runner: () => moduleRef.get(SqsRuntime, { strict: false }).taskRunner,
        }),
    }),
};

function explorerOf(modules: ModulesContainer): AppExplorer {
  const sendLogger = new NestSqsLogger({ context: 'SqsProducer' });
  const taskLogger = new NestSqsLogger({ context: 'SqsWorker' });
  return new AppExplorer({ modules, sendLogger, taskLogger });
}
