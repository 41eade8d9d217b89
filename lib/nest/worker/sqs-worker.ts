import { ModulesContainer } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { WorkerOptions } from '../../contracts/index.js';
import { checkNestVersions } from '../peer-versions.js';
import { globalFiltersOf } from '../pipeline/global-filters.js';
import { installRecorder } from '../pipeline/install-recorder.js';
import { unboundHandlers } from './unbound-handlers.js';
import type { SqsRuntime } from '../sqs.runtime.js';
import { findRuntime } from './find-runtime.js';
import { ServerSqs } from './server-sqs.js';

/**
 * Microservice options that make this app a worker, on the connections and queues of its `SqsModule`.
 *
 * @example
 * ```ts
 * const app = await NestFactory.createMicroservice(AppModule, sqsWorker({ queues: ['emails'] }));
 * app.connectMicroservice(sqsWorker({ queues: ['emails'] }), { inheritAppConfig: true }); // hybrid
 * ```
 */
export function sqsWorker(options: WorkerOptions = {}): AsyncMicroserviceOptions {
  return {
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => {
      checkNestVersions();
      const runtime = runtimeOf(modules);
      // Injection is built and no handler is bound yet: the one moment at which the recorder can be added.
      const globalFilters = () => globalFiltersOf(modules);
      for (const controller of controllersOf(modules)) installRecorder(controller, globalFilters);
      for (const name of unboundHandlers(modules)) warnUnbound(runtime, name);
      const strategy = new ServerSqs(options, runtime);
      runtime.addServer(strategy);
      return { strategy };
    },
  };
}

function runtimeOf(modules: ModulesContainer): SqsRuntime {
  const runtime = findRuntime(modules);
  if (runtime !== undefined) return runtime;
  const problem =
    'expected SqsModule.forRoot() or forRootAsync() among the imports of the app, found neither; ' +
    'import it, or use new ServerSqs({ connection, queues })';
  throw new InvalidOptionsError({ where: 'sqsWorker()', problems: [problem] });
}

function* controllersOf(
  modules: ModulesContainer,
): Iterable<abstract new (...args: never[]) => object> {
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype === 'function') yield metatype as abstract new () => object;
    }
  }
}

function warnUnbound(runtime: SqsRuntime, handler: string): void {
  const advice = 'Nest binds handlers of controllers only: list its class under controllers.';
  runtime.workerLogger.warn(`${handler} is decorated as a handler, but never runs. ${advice}`);
}
