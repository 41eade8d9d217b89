import type {
  QueueHandle,
  QueueLookup,
  QueueOptions,
  SqsLogger,
  SqsSendInterceptor,
  SqsTaskInterceptor,
} from '../contracts/index.js';
import { REPLIES_DEFAULTS } from '../contracts/options/defaults.js';
import type { SqsModuleOptions } from './module/sqs-module.options.js';
import { NestSqsLogger } from './nest-logger.js';
import { QueueRegistrations } from './queue-registrations.js';
import { Replier } from './replies/replier.js';
import { RequestDesks } from './client/request-desks.js';
import type { AwaitedQueue, OpenQueues, RuntimeParts, TaskProducer } from './runtime-parts.js';

/** What the runtime knows of a running `ServerSqs`. */
export interface RunningServer {
  close(): Promise<void>;
}

/** What the runtime knows of a `ClientSqs` in its app: Nest makes clients without injection, so they are found. */
export interface AttachableClient {
  attach(runtime: SqsRuntime): void;
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
  /** Clients of the app, as far as they are made by now. */
  readonly clients?: () => Iterable<AttachableClient>;
}

const noClients = () => [];

/**
 * One per app: opens the connections, sees to the queues at start, owns the producer. It ends in the order that loses
 * nothing: servers drain, then requests and replies end, then the producer flushes, then connections close.
 */
export class SqsRuntime<Server extends RunningServer = RunningServer> implements QueueLookup {
  readonly options: SqsModuleOptions;
  readonly parts: RuntimeParts;
  readonly taskInterceptors: SqsTaskInterceptor[];
  readonly workerLogger: SqsLogger = new NestSqsLogger({ context: 'SqsWorker' });
  readonly producer: TaskProducer;
  /** Answers the requests that this app's workers handle. */
  readonly replier: Replier;
  /** Where this app's requests wait for their replies. */
  readonly desks: RequestDesks;
  private readonly sendInterceptors: SqsSendInterceptor[];
  private readonly clients: () => Iterable<AttachableClient>;
  private taskContext: TaskContextSource = () => undefined;
  private readonly registrations = new QueueRegistrations();
  private readonly running = new Set<Server>();
  private opening: Promise<OpenQueues> | undefined;
  private queues: OpenQueues | undefined;
  private provisioning: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  /** @throws InvalidOptionsError, QueueConflictError */
  constructor(setup: SqsRuntimeSetup) {
    const {
      options,
      parts,
      sendInterceptors = [],
      taskInterceptors = [],
      clients = noClients,
    } = setup;
    parts.validate(options);
    this.options = options;
    this.parts = parts;
    this.taskInterceptors = [...taskInterceptors];
    this.sendInterceptors = [...sendInterceptors];
    for (const queue of options.queues ?? []) this.registrations.add(queue);
    this.producer = this.createProducer(this, this.sendInterceptors);
    this.replier = this.createReplier();
    this.desks = new RequestDesks(this);
    this.clients = clients;
    this.attachClients();
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

  /** What names of reply queues start with. */
  get replyPrefix(): string {
    const { queuePrefix = '', replies } = this.options;
    return queuePrefix + (replies?.prefix ?? REPLIES_DEFAULTS.prefix);
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
    // By now those are made too that `registerAsync()` makes.
    this.attachClients();
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

  private attachClients(): void {
    for (const client of this.clients()) client.attach(this);
  }

  private createProducer(
    queues: QueueLookup,
    interceptors: readonly SqsSendInterceptor[],
  ): TaskProducer {
    const { options, parts } = this;
    const logger = new NestSqsLogger({ context: 'SqsProducer' });
    const taskContext = () => this.taskContext();
    const { clock } = parts;
    return parts.createProducer({ queues, interceptors, taskContext, options, clock, logger });
  }

  /** Replies are no tasks: interceptors of sends do not see them. */
  private createReplier(): Replier {
    return new Replier({
      prefix: this.replyPrefix,
      clock: this.parts.clock,
      logger: this.workerLogger,
      createProducer: (queue) => this.createProducer({ find: async () => queue }, []),
    });
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
    await this.desks.close();
    await this.replier.shutDown();
    await this.producer.close();
    await this.closeQueues();
  }

  private async closeQueues(): Promise<void> {
    if (this.opening === undefined) return;
    const [opened] = await Promise.allSettled([this.opening]);
    if (opened.status === 'fulfilled') await opened.value.close();
  }
}
