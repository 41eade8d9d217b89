import type {
  QueueHandle,
  QueueLookup,
  QueueOptions,
  SqsLogger,
  SqsSendInterceptor,
  SqsTaskInterceptor,
} from '../contracts/index.js';
import type { SqsModuleOptions } from './module/sqs-module.options.js';
import { NestSqsLogger } from './nest-logger.js';
import { QueueRegistrations } from './queue-registrations.js';
import type { AwaitedQueue, OpenQueues, RuntimeParts, TaskProducer } from './runtime-parts.js';

/** What the runtime knows of a running `ServerSqs`. */
export interface RunningServer {
  close(): Promise<void>;
}

type TaskContextSource = () => Record<string, unknown> | undefined;

/** What a feature adds, before the app has started. */
export interface RuntimeFeature {
  readonly sendInterceptors?: readonly SqsSendInterceptor[];
  readonly taskInterceptors?: readonly SqsTaskInterceptor[];
  /** Key-values of the task or request that is running. */
  readonly taskContext?: TaskContextSource;
}

export interface SqsRuntimeSetup {
  readonly options: SqsModuleOptions;
  readonly parts: RuntimeParts;
  readonly sendInterceptors?: readonly SqsSendInterceptor[];
  readonly taskInterceptors?: readonly SqsTaskInterceptor[];
}

/**
 * One per app: opens the connections, sees to the queues at start, owns the producer. It ends in the order that loses
 * nothing: servers drain, then the producer flushes, then connections close.
 */
export class SqsRuntime<Server extends RunningServer = RunningServer> implements QueueLookup {
  readonly options: SqsModuleOptions;
  readonly parts: RuntimeParts;
  readonly taskInterceptors: SqsTaskInterceptor[];
  readonly workerLogger: SqsLogger = new NestSqsLogger({ context: 'SqsWorker' });
  readonly producer: TaskProducer;
  private readonly sendInterceptors: SqsSendInterceptor[];
  private taskContext: TaskContextSource = () => undefined;
  private readonly registrations = new QueueRegistrations();
  private readonly running = new Set<Server>();
  private opening: Promise<OpenQueues> | undefined;
  private queues: OpenQueues | undefined;
  private provisioning: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  /** @throws InvalidOptionsError, QueueConflictError */
  constructor(setup: SqsRuntimeSetup) {
    const { options, parts, sendInterceptors = [], taskInterceptors = [] } = setup;
    parts.validate(options);
    this.options = options;
    this.parts = parts;
    this.taskInterceptors = [...taskInterceptors];
    this.sendInterceptors = [...sendInterceptors];
    for (const queue of options.queues ?? []) this.registrations.add(queue);
    const logger = new NestSqsLogger({ context: 'SqsProducer' });
    this.producer = parts.createProducer({
      queues: this,
      interceptors: this.sendInterceptors,
      taskContext: () => this.taskContext(),
      options,
      clock: parts.clock,
      logger,
    });
  }

  /** Where features join: further links at the inner end of both chains, and what travels with each send. */
  use(feature: RuntimeFeature): void {
    this.sendInterceptors.push(...(feature.sendInterceptors ?? []));
    this.taskInterceptors.push(...(feature.taskInterceptors ?? []));
    this.taskContext = feature.taskContext ?? this.taskContext;
  }

  /** @throws QueueConflictError */
  registerQueue(queue: string | QueueOptions): void {
    const options = this.registrations.add(queue);
    this.queues?.register(options);
  }

  /** The logical name of a queue that is given by name, URL or ARN. */
  nameOf(queue: string): string {
    return this.parts.nameOf(queue, this.options.queuePrefix);
  }

  async find(queue: string): Promise<QueueHandle> {
    const queues = await this.open();
    return queues.find(queue);
  }

  /** The queue as a worker needs it: it may begin before the queue exists. */
  async await(queue: string): Promise<AwaitedQueue> {
    const queues = await this.open();
    return queues.await(queue);
  }

  /** Opens connections and applies `onMissingQueue`; once, however often it is asked. */
  ready(): Promise<void> {
    this.provisioning ??= this.open().then((queues) => queues.provision());
    return this.provisioning;
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.ready();
    } catch (error) {
      // Nest runs no shutdown hooks after a start that failed.
      await this.close();
      throw error;
    }
  }

  addServer(server: Server): void {
    this.running.add(server);
  }

  servers(): readonly Server[] {
    return [...this.running];
  }

  /** Nest has closed the servers by now; providers' destroy hooks may still have sent. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private open(): Promise<OpenQueues> {
    this.opening ??= this.openQueues();
    return this.opening;
  }

  private async openQueues(): Promise<OpenQueues> {
    const { options, parts } = this;
    const logger = new NestSqsLogger({ context: 'SqsModule' });
    const queues = await parts.openQueues({ options, clock: parts.clock, logger });
    for (const queue of this.registrations.all()) queues.register(queue);
    this.queues = queues;
    return queues;
  }

  private async end(): Promise<void> {
    await Promise.all(this.servers().map((server) => server.close()));
    await this.producer.close();
    await this.closeQueues();
  }

  private async closeQueues(): Promise<void> {
    if (this.opening === undefined) return;
    const [opened] = await Promise.allSettled([this.opening]);
    if (opened.status === 'fulfilled') await opened.value.close();
  }
}
