import { Module } from '@nestjs/common';
import type {
  DynamicModule,
  FactoryProvider,
  ModuleMetadata,
  Provider,
  Type,
} from '@nestjs/common';
import { InvalidOptionsError } from '../../contracts/index.js';
import { SQS_MODULE_OPTIONS } from '../sqs.constants.js';
import { onlyRoot } from './only-root.js';
import { queueProviders } from './queue.providers.js';
import type { QueueReference } from './queue.providers.js';
import { SqsCoreModule } from './sqs-core.module.js';
import type { SqsFeature } from './sqs-feature.js';
import type { SqsModuleOptions, SqsOptionsFactory } from './sqs-module.options.js';

export interface SqsModuleAsyncOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  useFactory?: (...args: never[]) => SqsModuleOptions | Promise<SqsModuleOptions>;
  useClass?: Type<SqsOptionsFactory>;
  useExisting?: Type<SqsOptionsFactory>;
  /** Queues that can be injected: what only the factory knows cannot be a token. */
  queues?: readonly QueueReference[];
}

/** Background tasks on Amazon SQS: once `forRoot` in the app, `registerQueue` where queues are used. */
@Module({})
export class SqsModule {
  /** What the composition root adds to every app. */
  protected static readonly features: readonly SqsFeature[] = [];

  /** Connections, queues and the producer of the whole app: once in it, or the start fails. */
  static forRoot(options: SqsModuleOptions = {}): DynamicModule {
    const values = [{ provide: SQS_MODULE_OPTIONS, useValue: options }];
    return this.asModule({ options: values, queues: options.queues ?? [] });
  }

  /** The same, with options that injection makes. @throws InvalidOptionsError */
  static forRootAsync(options: SqsModuleAsyncOptions): DynamicModule {
    const { imports, queues = [] } = options;
    return this.asModule({ imports, options: optionProviders(options), queues });
  }

  /** Queues of a feature module, to be injected with `@InjectSqsQueue(name)`. */
  static registerQueue(...queues: readonly QueueReference[]): DynamicModule {
    const providers = queueProviders(queues);
    return { module: this, providers, exports: providers.map(({ provide }) => provide) };
  }

  private static asModule({ imports = [], options, queues }: RootSetup): DynamicModule {
    const tokens = queueProviders(queues);
    return {
      module: this,
      global: true,
      imports: [...imports, SqsCoreModule.for(this.features)],
      providers: [onlyRoot(SQS_MODULE_OPTIONS, 'SqsModule'), ...options, ...tokens],
      exports: [SQS_MODULE_OPTIONS, ...tokens.map(({ provide }) => provide)],
    };
  }
}

interface RootSetup {
  readonly imports?: ModuleMetadata['imports'];
  readonly options: readonly Provider[];
  /** What gets an injection token. */
  readonly queues: readonly QueueReference[];
}

function optionProviders(options: SqsModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [] } = options;
  if (useFactory !== undefined) return [{ provide: SQS_MODULE_OPTIONS, inject, useFactory }];
  if (useExisting !== undefined) return [fromFactoryClass(useExisting)];
  if (useClass !== undefined) return [useClass, fromFactoryClass(useClass)];
  const problem = 'expected one of useFactory, useClass, useExisting, got none';
  throw new InvalidOptionsError({ where: 'SqsModule.forRootAsync()', problems: [problem] });
}

function fromFactoryClass(factory: Type<SqsOptionsFactory>): FactoryProvider {
  return {
    provide: SQS_MODULE_OPTIONS,
    inject: [factory],
    useFactory: (made: SqsOptionsFactory) => made.createSqsOptions(),
  };
}
