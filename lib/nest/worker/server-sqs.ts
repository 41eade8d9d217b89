import { Server } from '@nestjs/microservices';
import type {
  BaseRpcContext,
  CustomTransportStrategy,
  MessageHandler,
  MsPattern,
} from '@nestjs/microservices';
import { describeTasks } from '../../consumer/describe-tasks.js';
import { StartAbandonedError } from '../../contracts/index.js';
import type {
  DrainOptions,
  QueueHandle,
  ResolvedWorkerOptions,
  WorkerControl,
  WorkerEnd,
  WorkerEventName,
  WorkerEvents,
  WorkerStatus,
} from '../../contracts/index.js';
import { patternRoute } from '../../serialization/index.js';
import { isOnDemand } from '../handler-definition.js';
import type { HandlerExtras } from '../handler-definition.js';
import { registrationOf } from '../pipeline/handler-registration.js';
import { HandlerRegistry } from '../pipeline/handler-registry.js';
import { TaskHandlerFactory } from '../pipeline/task-handler.factory.js';
import { prepareIsolation } from '../isolation/run-outside.js';
import { settledWithin } from '../../primitives/wait.js';
import { defaultParts } from '../adapters/default-parts.js';
import { SQS, SQS_HANDLER } from '../sqs.constants.js';
import { SqsRuntime } from '../sqs.runtime.js';
import type { ServerConsumption } from '../sqs.runtime.js';
import { checkServed, nothingToConsume } from './check-served.js';
import type { ServedFacts } from './check-served.js';
import { handlesOf, queuesOfFeatures, withFeatureQueues } from './feature-queues.js';
import { ServerEvents } from './server-events.js';
import { splitServerOptions } from './server-options.js';
import type { ServerSqsOptions } from './server-options.js';
import { buildWorkerSetup } from './worker-setup.js';

export type SqsServerStatus = 'listening' | 'draining' | 'stopped';

type EventCallbacks = { [E in WorkerEventName]: (facts: WorkerEvents[E]) => void };

/**
 * The transport: it keeps Nest's handlers by queue and pattern, and gives them to the engine.
 * `sqsWorker()` makes one on the app's `SqsModule`; made by hand it opens its own connections and closes them.
 */
export class ServerSqs
  extends Server<EventCallbacks, SqsServerStatus>
  implements CustomTransportStrategy
{
  static readonly transportId: typeof SQS = SQS;
  override readonly transportId = SQS;
  // Handlers' errors reach the engine, so Nest need not log those of event handlers once more.
  override readonly propagatesEventHandlerErrors = true;
  readonly handlers: HandlerRegistry;
  /** Why the worker ended; resolves after its drain. */
  readonly ended: Promise<WorkerEnd>;
  private readonly host: SqsRuntime;
  private readonly ownsHost: boolean;
  private readonly options: ResolvedWorkerOptions;
  /** What features put in the place of SQS queues, by name. */
  private readonly featureHandles: ReadonlyMap<string, QueueHandle>;
  private readonly events = new ServerEvents();
  private control: WorkerControl | undefined;
  /** What was told before the start. */
  private readonly commands: ((control: WorkerControl) => void)[] = [];
  private starting: Promise<void> | undefined;
  private closing: Promise<void> | undefined;
  private isEnding = false;
  private reportEnd: (end: WorkerEnd) => void = () => {};

  /** @throws InvalidOptionsError */
  constructor(options: ServerSqsOptions, host?: SqsRuntime) {
    super();
    const { connect, work } = splitServerOptions(options);
    this.ownsHost = host === undefined;
    this.host = host ?? new SqsRuntime({ options: connect, parts: defaultParts });
    const { parts } = this.host;
    parts.resolveWorker(work);
    // Features are asked only about options that are known to be sound.
    const featureQueues = queuesOfFeatures(this.host, work);
    this.options = parts.resolveWorker(withFeatureQueues(work, featureQueues));
    this.featureHandles = handlesOf(featureQueues);
    for (const { name } of this.options.queues ?? []) {
      if (!this.featureHandles.has(name)) this.host.registerQueue(name);
    }
    const hooks = { around: this.around.bind(this) };
    const factory = new TaskHandlerFactory(hooks, this.host.replier, () => this.host.taskRunner);
    this.handlers = new HandlerRegistry(factory);
    this.ended = new Promise((resolve) => (this.reportEnd = resolve));
  }

  /** Called by Nest for each handler. @throws HandlerConflictError */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: HandlerExtras = {},
  ): void {
    const route = this.normalizePattern(pattern as MsPattern);
    const queue = this.boundQueue(extras);
    this.handlers.add(
      registrationOf({ pattern: route, queue, callback, isEvent: isEventHandler, extras }),
    );
  }

  /** As messages are read, so that every pattern finds its messages. */
  protected override normalizePattern(pattern: MsPattern): string {
    return patternRoute(pattern) ?? super.normalizePattern(pattern);
  }

  /** Called by Nest; with `onMissingQueue: 'wait'` it does not wait for queues. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** Drains: stops taking, finishes or gives back what was taken, settles. Twice is the same as once. */
  override close(options: DrainOptions = {}): Promise<void> {
    this.isEnding = true;
    this.closing ??= this.drain(options);
    return this.closing;
  }

  /** The forced stop: aborts every signal, releases what is held, and ends without waiting for handlers. */
  async abort(): Promise<void> {
    this.isEnding = true;
    await this.control?.abort();
  }

  /**
   * Starts no task of one queue, or of all, until `resume`. What runs goes on; what was received and has not started is
   * given back, and so is what an open poll brings. Also before `listen()`, whose start it outlasts.
   * @throws UnknownNameError for a queue that it does not consume; told before `listen()`, that rejects
   */
  pause(queue?: string): void {
    this.tellWorker((control) => {
      for (const name of namesIn(control, queue)) control.pause(name);
    });
  }

  /** @throws UnknownNameError as `pause` */
  resume(queue?: string): void {
    this.tellWorker((control) => {
      for (const name of namesIn(control, queue)) control.resume(name);
    });
  }

  /**
   * Handlers that run at once on one queue. Range 1…10,000. Where fewer than run now, none starts until so few are left.
   * @throws InvalidOptionsError; UnknownNameError as `pause`
   */
  setConcurrency(queue: string, concurrency: number): void {
    this.tellWorker((control) => control.setConcurrency(queue, concurrency));
  }

  /** Milliseconds that its handlers get once it stops. */
  get drainTimeoutMs(): number {
    return this.options.drainTimeoutMs;
  }

  /** Milliseconds that `runSqsWorker()` waits for `app.close()`. */
  get closeTimeoutMs(): number {
    return this.options.closeTimeoutMs;
  }

  /** What it consumes, by logical names, and whose handlers serve it; also before it starts. */
  consumed(): readonly { readonly name: string; readonly handlersOf: string }[] {
    const chosen = this.options.queues?.map(({ name, handlersOf }) => {
      return { name: this.nameOf(name), handlersOf: this.nameOf(handlersOf) };
    });
    return chosen ?? this.handlers.boundQueues().map((name) => ({ name, handlersOf: name }));
  }

  /**
   * Before any queue is looked for or created, as far as handlers are bound by then: Nest binds them all at once.
   * @throws NoHandlersError for a queue that no handler serves
   */
  checkHandlers(): void {
    if (this.handlers.size > 0) this.check(this.options.queues ?? []);
  }

  /** @throws InvalidOptionsError where there is nothing to consume; NoHandlersError */
  checkStart(): void {
    if (this.consumed().length === 0) throw nothingToConsume();
    this.check(this.options.queues ?? []);
  }

  /** How it consumes a queue, by its logical name, or would if it did. */
  consumptionOf(queue: string): ServerConsumption {
    const { queues, defaults } = this.options;
    const { handlers } = this;
    const own = queues?.find(({ name }) => this.nameOf(name) === queue);
    if (own !== undefined) {
      const { consume, handlersOf } = own;
      const check = (): void => this.check([{ ...own, name: queue }]);
      return { isConsumed: true, handlersOf: this.nameOf(handlersOf), consume, handlers, check };
    }
    const isConsumed = queues === undefined && handlers.boundQueues().includes(queue);
    const check = (): void =>
      this.check([{ name: queue, handlersOf: queue, takesUnknownTasks: false }]);
    return { isConsumed, handlersOf: queue, consume: defaults, handlers, check };
  }

  /** The worker as it is now; Nest keeps `status` for its Observable. */
  workerStatus(): WorkerStatus {
    return this.control?.status() ?? { phase: 'idle', queues: [] };
  }

  /** Listens to what the worker tells, also before it starts. Answers a function that ends the listening. */
  override on<E extends WorkerEventName>(
    event: E,
    listener: (facts: WorkerEvents[E]) => void,
  ): () => void {
    return this.events.on(event, listener);
  }

  /** The engine behind it. */
  override unwrap<T = WorkerControl>(): T {
    return this.running as T;
  }

  /** A worker that names no queues consumes those that handlers are bound to: they are looked after at start too. */
  private boundQueue({ queue, [SQS_HANDLER]: definition }: HandlerExtras): string | undefined {
    if (queue === undefined) return undefined;
    const isConsumed = this.options.queues === undefined && !isOnDemand(definition);
    if (isConsumed) this.host.registerQueue(queue);
    return this.host.nameOf(queue);
  }

  private check(queues: ServedFacts['queues']): void {
    checkServed({
      queues,
      handlers: this.host.throughFeatures(this.handlers),
      bound: this.handlers.servedQueues(),
      nameOf: (name) => this.nameOf(name),
    });
  }

  /** The logical name; what features put in the place of a queue has no other. */
  private nameOf(queue: string): string {
    return this.featureHandles.has(queue) ? queue : this.host.nameOf(queue);
  }

  /** Handlers for every queue, where each queue gives all of its messages to a raw handler. */
  private sayNeverRun(): void {
    const isRaw = ({ handlersOf }: { handlersOf: string }) =>
      this.handlers.findRaw(handlersOf) !== undefined;
    if (!this.consumed().every(isRaw)) return;
    for (const name of this.handlers.unboundTasks()) {
      this.host.workerLogger.warn(
        `${name} never runs here: every queue of this worker gives all its messages to a raw handler.`,
      );
    }
  }

  private get running(): WorkerControl {
    if (this.control === undefined)
      throw new Error('This ServerSqs has not started: call listen() first.');
    return this.control;
  }

  private tellWorker(command: (control: WorkerControl) => void): void {
    if (this.control === undefined) this.commands.push(command);
    else command(this.control);
  }

  private start(): Promise<void> {
    this.starting ??= this.begin();
    return this.starting;
  }

  private async begin(): Promise<void> {
    this.checkStart();
    this.sayNeverRun();
    await prepareIsolation(this.handlers.isolations(), this.host.taskRunner);
    await this.host.ready();
    this.refuseWhileEnding();
    const setup = await buildWorkerSetup({
      host: this.host,
      handlers: this.handlers,
      resolved: this.options,
      featureHandles: this.featureHandles,
    });
    this.refuseWhileEnding();
    this.control = this.host.parts.createWorker(setup);
    for (const { name } of setup.queues) {
      if (!this.featureHandles.has(name)) this.host.stats.watch(name);
    }
    this.events.attach(this.control);
    this.followEnd(this.control);
    for (const command of this.commands.splice(0)) command(this.control);
    this.control.start();
    this.tell('listening');
  }

  private followEnd(control: WorkerControl): void {
    control.on('worker:draining', () => this.tell('draining'));
    control.ended.then(
      (end) => {
        this.tell('stopped');
        this.reportEnd(end);
      },
      (error: unknown) => this.reportEnd({ reason: 'fatal', error, unfinishedCount: 0 }),
    );
  }

  private tell(status: SqsServerStatus): void {
    // oxlint-disable-next-line no-underscore-dangle -- Nest's name for it
    this._status$.next(status);
  }

  /** @throws StartAbandonedError */
  private refuseWhileEnding(): void {
    if (this.isEnding) throw new StartAbandonedError();
  }

  private async drain(options: DrainOptions): Promise<void> {
    await this.startEnded();
    if (this.ownsHost && options.because === undefined) this.warnOfDestroyed();
    await this.control?.drain({ because: 'the app closes', ...options });
    if (this.control === undefined) this.reportEnd({ reason: 'drained', unfinishedCount: 0 });
    if (this.ownsHost) await this.host.close();
  }

  /** Only `SqsModule` can have it drain before the providers of an app are destroyed. */
  private warnOfDestroyed(): void {
    const running = this.control?.running() ?? [];
    if (running.length === 0) return;
    const message =
      'A ServerSqs made by hand closes while handlers run: in a hybrid app, and with enableShutdownHooks(), Nest has ' +
      'destroyed their providers by now. Run the app with runSqsWorker(app), or import SqsModule';
    this.host.workerLogger.warn(message, { running: describeTasks(running) });
  }

  /** A start that is under way ends first, so that what it opens is closed; its failure goes to listen()'s caller. */
  private async startEnded(): Promise<void> {
    if (this.starting === undefined) return;
    if (this.ownsHost) this.host.abandonStart();
    const { drainTimeoutMs } = this;
    const { clock } = this.host.parts;
    if (await settledWithin(this.starting, drainTimeoutMs, clock)) return;
    const message = 'A worker was stopped before its start had ended; the start was given up';
    this.host.workerLogger.warn(message, { drainTimeoutMs });
  }

  /** Runs one delivery between Nest's processing hooks, as 12 does and 11 did. */
  private around<R>(context: BaseRpcContext, work: () => Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const hooked = this.betweenHooks(context, async (end) => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          end();
        }
      });
      Promise.resolve(hooked).catch(reject);
    });
  }

  private betweenHooks(context: BaseRpcContext, run: (end: () => void) => Promise<void>): unknown {
    if (typeof this.runWithProcessingHooks === 'function')
      return this.runWithProcessingHooks(context, run);
    // The first of Nest 11 that are supported have no hooks; later ones have them, but nothing that runs them.
    if (typeof this.onProcessingStartHook !== 'function') return run(() => {});
    const end = () => this.onProcessingEndHook?.(this.transportId, context);
    return this.onProcessingStartHook(this.transportId, context, () => run(end));
  }
}

function namesIn(control: WorkerControl, queue: string | undefined): readonly string[] {
  return queue === undefined ? control.status().queues.map(({ name }) => name) : [queue];
}
