import type { ModulesContainer } from '@nestjs/core';
import type {
  Clock,
  LocalTaskRunner,
  QueueHandle,
  QueueLookup,
  QueueOptions,
  QueueResourcesPort,
  ResolvedWorkerOptions,
  SqsLogger,
  SqsSendInterceptor,
  WorkerControl,
  WorkerOptions,
  WorkerSetup,
} from '../contracts/index.js';
import type { Producer } from '../producer/index.js';
import type { SqsModuleOptions } from './module/sqs-module.options.js';
import type { SqsLogContext } from './nest-logger.js';

/** What the Nest layer is joined from: connections, producer, engine. A testing module gives others. */
export interface RuntimeParts {
  readonly clock: Clock;
  /** Around each send, inside of all other interceptors. */
  readonly innerSendInterceptors?: readonly SqsSendInterceptor[];
  /** What the app's options become; undefined where the app has no module that gives any. @default as they are */
  adaptOptions?(options: SqsModuleOptions | undefined): SqsModuleOptions;
  /** @default one that writes to the app's Nest logger */
  createLogger?(context: SqsLogContext): SqsLogger;
  /** @throws InvalidOptionsError */
  validate(options: SqsModuleOptions): void;
  openQueues(setup: OpenQueuesSetup): Promise<OpenQueues>;
  createProducer(setup: ProducerSetup): TaskProducer;
  createWorker(setup: WorkerSetup): WorkerControl;
  /** @throws InvalidOptionsError */
  resolveWorker(options: WorkerOptions): ResolvedWorkerOptions;
  /** The logical name of a queue that is given by name, URL or ARN. @throws InvalidOptionsError */
  nameOf(queue: string, queuePrefix?: string): string;
}

/** Answers what one app's runtime is to be built from. */
export type PartsSource = (modules: ModulesContainer) => RuntimeParts;

export interface OpenQueuesSetup {
  readonly options: SqsModuleOptions;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

/** Open connections and the queues behind them. */
export interface OpenQueues extends QueueLookup {
  /** @throws QueueConflictError */
  register(queue: QueueOptions): void;
  /** Applies `onMissingQueue` to every queue registered so far. Queues to wait for do not hold it up. */
  provision(): Promise<void>;
  /**
   * Resolves once the queue exists. A queue whose options name no format is read by the format of `readAs`. With `onMissingQueue: 'wait'` the start does not wait for it.
   */
  await(queue: string, readAs?: string): AwaitedQueue;
  /** The queues as resources. */
  readonly resources: QueueResourcesPort;
  /** Where they lie. */
  readonly connections: readonly ConnectedService[];
  close(): Promise<void>;
}

/** The queue service behind one of an app's connections. */
export interface ConnectedService {
  /** Name of the connection. */
  readonly name: string;
  /** Undefined where the service has none, as in memory. */
  readonly region: string | undefined;
  /** Address of the embedded SQS, where it is that. */
  readonly embeddedEndpoint: string | undefined;
}

export interface AwaitedQueue {
  readonly handle: Promise<QueueHandle>;
  readonly mayStartWithout: boolean;
}

export interface ProducerSetup {
  readonly queues: QueueLookup;
  readonly interceptors: readonly SqsSendInterceptor[];
  /** Key-values of the task or request that is running. */
  readonly taskContext: () => Record<string, unknown> | undefined;
  /** Level of the task that is running. */
  readonly taskPriority: () => number | undefined;
  /** What a baked task runs here instead of sending. */
  readonly runLocal: LocalTaskRunner;
  readonly options: SqsModuleOptions;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

/** The producer, as the injectable classes use it. */
export type TaskProducer = Pick<
  Producer,
  'send' | 'request' | 'sendMany' | 'batch' | 'bake' | 'sendRaw' | 'flush' | 'close' | 'giveUp'
>;
