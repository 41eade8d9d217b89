import type {
  DrainOptions,
  HandlerLookup,
  QueueHandle,
  QueueLookup,
  QueueOptions,
  QueueResourcesPort,
  ResolvedConsumeOptions,
  SqsLogger,
  SqsSendInterceptor,
  SqsTaskInterceptor,
  TaskRunner,
  TaskScope,
  TaskTarget,
  WorkerFeature,
} from '../contracts/index.js';
import { StartAbandonedError } from '../contracts/index.js';
import { REPLIES_DEFAULTS, WORKER_DEFAULTS } from '../contracts/options/defaults.js';
import { deferred } from '../primitives/deferred.js';
import { closeParts } from './closing.js';
import { AppQueues } from './app-queues.js';
import { LocalRunner } from './local/local-runner.js';
import { attributesOf } from './module/queue-attributes.js';
import type { SqsModuleOptions } from './module/sqs-module.options.js';
import { loggerOf } from './logger-of.js';
import { Replier } from './replies/replier.js';
import { RequestDesks } from './client/request-desks.js';
import type {
  AwaitedQueue,
  ConnectedService,
  RuntimeParts,
  TaskProducer,
} from './runtime-parts.js';
import { QueueStats } from './stats/queue-stats.js';
import type { StatsSubscriber } from './stats/queue-stats.js';

/** Something that consumes by itself, such as the loop of an `SqsConsumer`. */
export interface Consuming {
  /** Takes no more, waits so many milliseconds for what it holds, and leaves or gives back the rest. */
  close(timeoutMs: number): Promise<void>;
}

/** What the runtime knows of a running `ServerSqs`. */
export interface RunningServer {
  close(options?: DrainOptions): Promise<void>;
  readonly drainTimeoutMs: number;
  /** As far as handlers are bound by now. @throws NoHandlersError for a queue that none of them serves */
  checkHandlers(): void;
  /** Who handles what. */
  readonly handlers: HandlerLookup;
  /** How it consumes a queue, by its logical name, or would if it did. */
  consumptionOf(queue: string): ServerConsumption;
}

/** A queue as a worker of the app consumes it. */
export interface ServerConsumption {
  /** False where the worker does not name it: then as it says for all of its queues. */
  readonly isConsumed: boolean;
  readonly handlersOf: string;
  readonly consume: ResolvedConsumeOptions;
  readonly handlers: HandlerLookup;
  /** @throws NoHandlersError where none of its handlers serves the queue */
  check(): void;
}

/** What the runtime knows of a `ClientSqs` in its app: Nest makes clients without injection, so they are found. */
export interface AttachableClient {
  attach(runtime: SqsRuntime): void;
}

type TaskContextSource = () => Record<string, unknown> | undefined;
type TaskPrioritySource = () => number | undefined;

/** What a feature adds, before the app has started. */
export interface RuntimeFeature {
  /** At the inner end of the send chain. */
  readonly sendInterceptors?: readonly SqsSendInterceptor[];
  /** At the inner end of the task chain. */
  readonly taskInterceptors?: readonly SqsTaskInterceptor[];
  /** Outside of all others, so that they see what became of each send; the first hears first. */
  readonly sendObservers?: readonly SqsSendInterceptor[];
  /** Outside of all others, so that they see what became of each delivery; the first hears first. */
  readonly taskObservers?: readonly SqsTaskInterceptor[];
  readonly statsSubscribers?: readonly StatsSubscriber[];
  /** Key-values of the task or request that is running. */
  readonly taskContext?: TaskContextSource;
  /** Level of the task that is running. */
  readonly taskPriority?: TaskPrioritySource;
  /** Around each delivery and each handler that is run here, with the key-values that travelled. */
  readonly taskScope?: TaskScope;
  /** What each worker consumes besides, and who stands before its handlers. */
  readonly workers?: WorkerFeature;
  /** Runs the methods of isolated handlers. */
  readonly taskRunner?: TaskRunner;
  /** Called once the servers have drained. */
  readonly close?: () => Promise<void>;
}

export interface SqsRuntimeSetup {
  readonly options: SqsModuleOptions;
  readonly parts: RuntimeParts;
  readonly sendInterceptors?: readonly SqsSendInterceptor[];
  readonly taskInterceptors?: readonly SqsTaskInterceptor[];
  /** Clients of the app, as far as they are made by now. */
  readonly clients?: () => Iterable<AttachableClient>;
  /** What the app's providers add; asked for once injection is built. */
  readonly explore?: () => Promise<RuntimeFeature>;
  /** The app's handlers, where it has no server that Nest bound them to. */
  readonly webHandlers?: () => HandlerLookup;
}

const noClients = () => [];

/**
 * One per app: opens the connections, sees to the queues at start, owns the producer. It ends in the order that loses
 * nothing, and each step in its time: servers drain, then requests end, then producer and replies flush, then
 * connections close.
 */
export class SqsRuntime<Server extends RunningServer = RunningServer> implements QueueLookup {
  readonly options: SqsModuleOptions;
  readonly parts: RuntimeParts;
  readonly taskInterceptors: SqsTaskInterceptor[];
  readonly workerLogger: SqsLogger;
  readonly producer: TaskProducer;
  /** Answers the requests that this app's workers handle. */
  readonly replier: Replier;
  /** Where this app's requests wait for their replies. */
  readonly desks: RequestDesks;
  readonly stats: QueueStats;
  /** What features add to each worker. */
  workerFeatures: readonly WorkerFeature[] = [];
  private readonly local: LocalRunner;
  private readonly setup: SqsRuntimeSetup;
  private readonly sendInterceptors: SqsSendInterceptor[];
  private readonly clients: () => Iterable<AttachableClient>;
  private taskContext: TaskContextSource = () => undefined;
  private taskPriority: TaskPrioritySource = () => undefined;
  private scope: TaskScope | undefined;
  private runner: TaskRunner | undefined;
  private readonly closers: (() => Promise<void>)[] = [];
  private foundWebHandlers: HandlerLookup | undefined;
  private readonly queues: AppQueues;
  private readonly running = new Set<Server>();
  private readonly consuming = new Set<Consuming>();
  private readonly halt = deferred<never>();
  private provisioning: Promise<void> | undefined;
  private draining: Promise<void> | undefined;
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
    this.setup = setup;
    this.options = options;
    this.parts = parts;
    this.workerLogger = loggerOf(parts, 'SqsWorker');
    this.taskInterceptors = [...taskInterceptors];
    this.sendInterceptors = [...sendInterceptors];
    this.queues = new AppQueues(parts, options);
    this.local = this.localRunner();
    this.stats = this.queueStats();
    this.producer = this.createProducer(this, this.sendInterceptors);
    this.replier = this.createReplier();
    this.desks = new RequestDesks(this);
    this.clients = clients;
    this.attachClients();
  }

  /** Where features join: further links of both chains, what travels with each send, where tasks run. */
  use(feature: RuntimeFeature): void {
    this.sendInterceptors.push(...(feature.sendInterceptors ?? []));
    this.taskInterceptors.push(...(feature.taskInterceptors ?? []));
    // An outer link hears later than those inside of it.
    this.sendInterceptors.unshift(...(feature.sendObservers ?? []).toReversed());
    this.taskInterceptors.unshift(...(feature.taskObservers ?? []).toReversed());
    for (const subscriber of feature.statsSubscribers ?? []) this.stats.subscribe(subscriber);
    this.taskContext = feature.taskContext ?? this.taskContext;
    this.taskPriority = feature.taskPriority ?? this.taskPriority;
    this.scope = feature.taskScope ?? this.scope;
    if (feature.workers !== undefined) {
      this.workerFeatures = [...this.workerFeatures, feature.workers];
    }
    this.runner = feature.taskRunner ?? this.runner;
    if (feature.close !== undefined) this.closers.push(feature.close);
  }

  /** The app's handlers as workers run them. */
  throughFeatures(handlers: HandlerLookup): HandlerLookup {
    return this.workerFeatures.reduce((lookup, feature) => feature.handlers(lookup), handlers);
  }

  /** Runs the methods of isolated handlers; undefined where no feature does. */
  get taskRunner(): TaskRunner | undefined {
    return this.runner;
  }

  /** Around each delivery; undefined where no feature asked for it. */
  get taskScope(): TaskScope | undefined {
    return this.scope;
  }

  /** The handler, here, with what Nest puts around it. @throws TaskNotFoundError */
  runLocal(target: TaskTarget, data: unknown): Promise<unknown> {
    return this.local.run(target, data);
  }

  /** @throws QueueConflictError */
  registerQueue(queue: string | QueueOptions): void {
    this.queues.register(queue);
  }

  /** What names of reply queues start with. */
  get replyPrefix(): string {
    const { queuePrefix = '', replies } = this.options;
    return queuePrefix + (replies?.prefix ?? REPLIES_DEFAULTS.prefix);
  }

  /** The logical name of a queue that is given by name, URL or ARN. */
  nameOf(queue: string): string {
    return this.queues.nameOf(queue);
  }

  find(queue: string): Promise<QueueHandle> {
    return this.queues.find(queue);
  }

  /** The queue as a worker needs it: it may begin before the queue exists. `readAs` names the queue whose format it has unless it says its own. */
  await(queue: string, readAs?: string): Promise<AwaitedQueue> {
    return this.queues.await(queue, readAs);
  }

  /** Every queue as a resource, registered or not. */
  resources(): Promise<QueueResourcesPort> {
    return this.queues.resources();
  }

  /** Where queues lie; none before `ready()`. */
  connections(): readonly ConnectedService[] {
    return this.queues.connections();
  }

  /**
   * Opens connections and applies `onMissingQueue`; once, however often it is asked.
   * @throws StartAbandonedError where the app is closed, or told to stop, meanwhile
   */
  ready(): Promise<void> {
    this.provisioning ??= Promise.race([this.prepare(), this.halt.promise]);
    return this.provisioning;
  }

  /** Whoever waits for a start that is under way waits no longer. */
  abandonStart(): void {
    this.halt.promise.catch(() => {});
    this.halt.reject(new StartAbandonedError());
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

  /** Apps without a worker watch what they registered. */
  onApplicationBootstrap(): void {
    if (this.running.size > 0) return;
    for (const name of this.queues.names()) this.stats.watch(name);
  }

  /** Who handles what in this app: each of its servers knows, or what is found without one. */
  handlers(): readonly HandlerLookup[] {
    if (this.running.size > 0) return this.servers().map((server) => server.handlers);
    this.foundWebHandlers ??= this.setup.webHandlers?.();
    return this.foundWebHandlers === undefined ? [] : [this.foundWebHandlers];
  }

  /**
   * How the app's workers consume a queue: as the first that does, else as the first says for all of its queues; undefined in an
   * app without a worker.
   */
  consumptionOf(queue: string): ServerConsumption | undefined {
    const name = this.nameOf(queue);
    const all = this.servers().map((server) => server.consumptionOf(name));
    return all.find(({ isConsumed }) => isConsumed) ?? all[0];
  }

  addServer(server: Server): void {
    this.running.add(server);
  }

  servers(): readonly Server[] {
    return [...this.running];
  }

  /** Something consumes until it is forgotten: it ends when servers drain. Answers what forgets it. */
  addConsuming(consuming: Consuming): () => void {
    this.consuming.add(consuming);
    if (this.draining !== undefined) void consuming.close(0);
    return () => void this.consuming.delete(consuming);
  }

  /** Drains everything that consumes, each in its own time. Idempotent. */
  drain(options?: DrainOptions): Promise<void> {
    this.draining ??= this.drainAll(options);
    return this.draining;
  }

  /** Nest has closed the servers by now; providers' destroy hooks may still have sent. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** For a process that exits, in whatever state the app is: rejects the sends that have not ended, and says so. */
  async giveUpSends(): Promise<void> {
    await Promise.all([this.producer.giveUp(), this.replier.giveUp()]);
  }

  private attachClients(): void {
    for (const client of this.clients()) client.attach(this);
  }

  private createProducer(
    queues: QueueLookup,
    interceptors: readonly SqsSendInterceptor[],
  ): TaskProducer {
    const { options, parts } = this;
    const logger = loggerOf(parts, 'SqsProducer');
    const taskContext = () => this.taskContext();
    const taskPriority = () => this.taskPriority();
    return parts.createProducer({
      queues,
      interceptors,
      taskContext,
      taskPriority,
      runLocal: (target, data) => this.runLocal(target, data),
      options,
      clock: parts.clock,
      logger,
    });
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

  private async prepare(): Promise<void> {
    if (this.setup.explore !== undefined) this.use(await this.setup.explore());
    this.sendInterceptors.push(...(this.parts.innerSendInterceptors ?? []));
    // Before provisioning, so that a misspelt name creates no queue.
    for (const server of this.running) server.checkHandlers();
    await this.queues.provision();
  }

  private localRunner(): LocalRunner {
    return new LocalRunner({
      clock: this.parts.clock,
      lookups: () => this.handlers(),
      nameOf: (queue) => this.nameOf(queue),
      taskContext: () => this.taskContext(),
      taskPriority: () => this.taskPriority(),
      taskScope: (context, work, priority) =>
        this.scope === undefined ? work() : this.scope(context, work, priority),
    });
  }

  private queueStats(): QueueStats {
    return new QueueStats({
      clock: this.parts.clock,
      logger: this.workerLogger,
      readAttributes: async (queue) => attributesOf(await this.find(queue)),
    });
  }

  private async drainAll(options?: DrainOptions): Promise<void> {
    const servers = this.servers();
    const times = servers.map(({ drainTimeoutMs }) => drainTimeoutMs);
    const timeoutMs = times.length === 0 ? WORKER_DEFAULTS.drainTimeoutMs : Math.max(...times);
    await Promise.all([
      ...servers.map((server) => server.close(options)),
      ...[...this.consuming].map((one) => one.close(timeoutMs)),
    ]);
  }

  private async end(): Promise<void> {
    this.abandonStart();
    await this.drain();
    await closeParts({
      clock: this.parts.clock,
      logger: this.workerLogger,
      features: this.closers,
      requests: () => this.desks.close(),
      stats: () => this.stats.close(),
      senders: [() => this.producer.close(), () => this.replier.shutDown()],
      connections: () => this.queues.close(),
    });
  }
}
