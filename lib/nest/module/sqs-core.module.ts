import { Global, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { ExternalContextCreator, ModuleRef, ModulesContainer } from '@nestjs/core';
import { findClients } from '../client/find-clients.js';
import { defaultParts } from '../adapters/default-parts.js';
import type { PartsSource, RuntimeParts } from '../runtime-parts.js';
import { AppExplorer } from '../explorer/app-explorer.js';
import { ExternalHandlers } from '../local/external-handlers.js';
import { webHandlers } from '../local/web-handlers.js';
import { loggerOf } from '../logger-of.js';
import { SQS_MODULE_OPTIONS, SQS_PARTS_SOURCE, SQS_RUNTIME_PARTS } from '../sqs.constants.js';
import { SqsConsumer } from '../consumer/sqs.consumer.js';
import { SqsHealth } from '../health/sqs.health.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { SqsWorkers } from '../worker/sqs-workers.js';
import { DrainFirstModule } from './drain-first.module.js';
import { instancesOf } from './instances-of.js';
import type { SqsFeature } from './sqs-feature.js';
import type { SqsModuleOptions } from './sqs-module.options.js';
import { SqsProducer } from './sqs.producer.js';

const shared = [SqsRuntime, SqsProducer, SqsWorkers, SqsConsumer, SqsHealth];

/** What the whole app shares, once, whoever asks for it: one runtime, one producer, its workers. */
@Global()
@Module({})
export class SqsCoreModule {
  /** The same object for the same features, so that Nest sees one module. */
  static for(features: readonly SqsFeature[]): DynamicModule {
    const known = modules.get(features) ?? moduleFor(features);
    modules.set(features, known);
    return known;
  }
}

const modules = new WeakMap<readonly SqsFeature[], DynamicModule>();

function moduleFor(features: readonly SqsFeature[]): DynamicModule {
  const injected = shared.filter((one) => one !== SqsRuntime);
  return {
    module: SqsCoreModule,
    imports: [DrainFirstModule],
    providers: [
      partsProvider,
      runtimeProvider,
      ...injected,
      ...features.flatMap((feature) => feature.providers),
    ],
    exports: [...shared, ...features.flatMap((feature) => feature.exports)],
  };
}

const partsProvider: FactoryProvider<RuntimeParts> = {
  provide: SQS_RUNTIME_PARTS,
  inject: [ModulesContainer],
  useFactory: (container: ModulesContainer) =>
    partsSourceIn(container)?.(container) ?? defaultParts,
};

const runtimeProvider: FactoryProvider = {
  provide: SqsRuntime,
  inject: [
    SQS_RUNTIME_PARTS,
    ModuleRef,
    ModulesContainer,
    ExternalContextCreator,
    // Missing only where the testing kit stands alone, which knows its options itself.
    { token: SQS_MODULE_OPTIONS, optional: true },
  ],
  useFactory: async (
    parts: RuntimeParts,
    moduleRef: ModuleRef,
    container: ModulesContainer,
    creator: ExternalContextCreator,
    given: SqsModuleOptions | undefined,
  ) => {
    const options = parts.adaptOptions?.(given) ?? given ?? {};
    return new SqsRuntime({
      options,
      parts,
      sendInterceptors: await instancesOf(options.sendInterceptors, moduleRef),
      taskInterceptors: await instancesOf(options.taskInterceptors, moduleRef),
      clients: () => findClients(container),
      explore: () => explorerOf(container, parts).explore(),
      webHandlers: () =>
        webHandlers({
          modules: container,
          external: new ExternalHandlers(creator, moduleRef),
          nameOf: (queue) => parts.nameOf(queue, options.queuePrefix),
          runner: () => moduleRef.get(SqsRuntime, { strict: false }).taskRunner,
        }),
    });
  },
};

function partsSourceIn(container: ModulesContainer): PartsSource | undefined {
  for (const module of container.values()) {
    const source: unknown = module.providers.get(SQS_PARTS_SOURCE)?.instance;
    if (typeof source === 'function') return source as PartsSource;
  }
  return undefined;
}

function explorerOf(container: ModulesContainer, parts: RuntimeParts): AppExplorer {
  const sendLogger = loggerOf(parts, 'SqsProducer');
  const taskLogger = loggerOf(parts, 'SqsWorker');
  return new AppExplorer({ modules: container, sendLogger, taskLogger });
}
