import type { ModuleOptions } from '../../contracts/index.js';
import type { ConnectionOptions } from '../../queue-client/index.js';

/** What `SqsModule.forRoot()` takes. */
export interface SqsModuleOptions extends Omit<ModuleOptions, 'connection' | 'connections'> {
  /** How queues are reached. @default the AWS SDK's default chain */
  connection?: ConnectionOptions;
  /** Several connections by name; `default` serves queues that name none. */
  connections?: Record<string, ConnectionOptions>;
}

/** A class that makes the module's options, for `useClass` and `useExisting`. */
export interface SqsOptionsFactory {
  createSqsOptions(): SqsModuleOptions | Promise<SqsModuleOptions>;
}
