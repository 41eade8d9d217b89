import type {
  MissingQueuePolicy,
  ProducerOptions,
  QueueOptions,
  SqsSendInterceptor,
  SqsTaskInterceptor,
} from '../../contracts/index.js';

/** What `SqsModule.forRoot()` takes. */
export interface SqsModuleOptions {
  /** How queues are reached. @default the AWS SDK's default chain */
  connection?: unknown;
  /** Several connections by name; `default` serves queues that name none. */
  connections?: Record<string, unknown>;
  /** Queues this app uses; each can be injected with `@InjectQueue(name)`. A bare name is a queue as it is. */
  queues?: readonly (string | QueueOptions)[];
  /** In front of every real queue name. @default none */
  queuePrefix?: string;
  /** What to do at start where a queue does not exist. @default 'error'; 'create' where the queues are embedded or in memory */
  onMissingQueue?: MissingQueuePolicy;
  /** Sender identity, sent with every message. @default none */
  serviceName?: string;
  /** How sends are gathered into requests. */
  producer?: ProducerOptions;
  /** Around every send, outermost first: instances, or classes that Nest makes. */
  sendInterceptors?: readonly InstanceOrClass<SqsSendInterceptor>[];
  /** Around every delivery, outermost first: instances, or classes that Nest makes. */
  taskInterceptors?: readonly InstanceOrClass<SqsTaskInterceptor>[];
}

export type InstanceOrClass<T> = T | (abstract new (...args: never[]) => T);

/** A class that makes the module's options, for `useClass` and `useExisting`. */
export interface SqsOptionsFactory {
  createSqsOptions(): SqsModuleOptions | Promise<SqsModuleOptions>;
}
