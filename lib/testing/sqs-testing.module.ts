import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { validateOptions } from '../contracts/options/schema/index.js';
import { SqsModule } from '../index.js';
import type { SqsModuleOptions } from '../index.js';
import { SqsCoreModule } from '../nest/module/sqs-core.module.js';
import { onlyRoot } from '../nest/module/only-root.js';
import { queueProviders } from '../nest/module/queue.providers.js';
import type { SqsModuleAsyncOptions } from '../nest/module/sqs.module.js';
import type { PartsSource } from '../nest/runtime-parts.js';
import { SQS_PARTS_SOURCE } from '../nest/sqs.constants.js';
import { SqsRuntime } from '../nest/sqs.runtime.js';
import { SqsHarness } from './sqs-harness.js';
import { TestBench } from './test-bench.js';
import { splitTestingOptions, switchesSchema, testingSchema } from './testing-options.js';
import type { SqsTestingOptions, SqsTestingSwitches } from './testing-options.js';
import { testingParts } from './testing-parts.js';

/**
 * `SqsModule` for tests: the same module on queues in memory, on a clock that the test moves. Beside an app's module
 * that imports a real `SqsModule`, it takes the place of its connections: nothing is connected to.
 *
 * @example
 * ```ts
 * const module = await Test.createTestingModule({ imports: [AppModule, SqsTestingModule.forRoot()] }).compile();
 * const app = module.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
 * await app.listen();
 * await app.get(SignUp).welcome('ada@example.org');
 * await app.get(SqsHarness).flush();
 * ```
 */
@Module({})
export class SqsTestingModule extends SqsModule {
  /** @throws InvalidOptionsError */
  static override forRoot(options: SqsTestingOptions = {}): DynamicModule {
    validateOptions('SqsTestingModule', testingSchema, options);
    const { module, switches } = splitTestingOptions(options);
    return this.kit(switches, module);
  }

  /** The options of an app, as injection makes them; the switches of tests stand beside. @throws InvalidOptionsError */
  static override forRootAsync(options: SqsModuleAsyncOptions & SqsTestingSwitches): DynamicModule {
    const { switches } = splitTestingOptions(options);
    validateOptions('SqsTestingModule', switchesSchema, switches);
    const app = SqsModule.forRootAsync(options);
    const kit = this.kit(switches, {});
    return { ...kit, imports: [...(kit.imports ?? []), app] };
  }

  private static kit(switches: SqsTestingSwitches, options: SqsModuleOptions): DynamicModule {
    const tokens = queueProviders(options.queues ?? []);
    return {
      module: this,
      global: true,
      imports: [SqsCoreModule.for(this.features)],
      providers: [...kitProviders(switches, options), ...tokens],
      exports: [SqsHarness, ...tokens.map(({ provide }) => provide)],
    };
  }
}

function kitProviders(switches: SqsTestingSwitches, options: SqsModuleOptions): Provider[] {
  // Modules are often made once and compiled by many tests: each app gets a bench of its own.
  const benches = new WeakMap<ModulesContainer, TestBench>();
  const benchOf = (container: ModulesContainer): TestBench => {
    const bench = benches.get(container) ?? newBench(switches);
    benches.set(container, bench);
    return bench;
  };
  const source: PartsSource = (container) => testingParts(benchOf(container), options);
  return [
    onlyRoot(SQS_PARTS_SOURCE, 'SqsTestingModule'),
    { provide: SQS_PARTS_SOURCE, useValue: source },
    {
      provide: SqsHarness,
      inject: [SqsRuntime, ModulesContainer],
      useFactory: (runtime: SqsRuntime, container: ModulesContainer) =>
        new SqsHarness(runtime, benchOf(container)),
    },
  ];
}

function newBench(switches: SqsTestingSwitches): TestBench {
  return switches.sharedWith?.sharedBench() ?? new TestBench(switches);
}
