import { levelsOf } from '../contracts/priorities.js';
import type { OutgoingMessage, QueueHandle, WorkerControl } from '../contracts/index.js';
import { nativeFormat } from '../serialization/index.js';
import { createCodecLookup } from '../nest/adapters/formats.adapter.js';
import { MemoryQueueService } from '../queue-client/memory/index.js';
import { Echo } from './echo.js';
import { SqsFaults } from './faults.js';
import { HandledTasks } from './handled-tasks.js';
import { InlineTasks } from './inline-tasks.js';
import type { InlineApp } from './inline-tasks.js';
import { realNow } from './real-time.js';
import { sentTask } from './sent-tasks.js';
import type { QueueReader, SentTask } from './sent-tasks.js';
import { TestClock } from './test-clock.js';
import { TestGateway } from './test-gateway.js';
import { StillWaitingError } from './testing-errors.js';
import type { SqsTestingSwitches } from './testing-options.js';

/** An app on the bench. */
export interface BenchApp extends InlineApp {
  flushSends(): Promise<void>;
}

/** Real milliseconds that a test waits before it is told why; test runners give up at five seconds. */
export const DEFAULT_TIMEOUT_MS = 4_000;

/** What apps of one test share: queues in memory, time, and the log of what was sent and handled. */
export class TestBench {
  readonly time: TestClock;
  readonly faults = new SqsFaults();
  readonly handled: HandledTasks;
  readonly echo: Echo;
  readonly inline: InlineTasks;
  readonly sent: SentTask[] = [];
  isSilent: boolean;
  private readonly services = new Map<string, MemoryQueueService>();
  private readonly gateways = new Map<string, TestGateway>();
  private readonly readers = new Map<string, QueueReader & { url: string }>();
  private readonly apps = new Set<BenchApp>();
  private activity = 0;
  private readonly workers = new Map<WorkerControl, number>();

  constructor({ clock = 'manual', echo, silent, inline }: SqsTestingSwitches) {
    this.echo = new Echo(echo);
    this.isSilent = silent ?? false;
    this.handled = new HandledTasks((task) => {
      this.activity++;
      this.echo.handled(task);
    });
    this.time = new TestClock(clock, this.handled);
    this.inline = new InlineTasks({
      isOn: inline ?? false,
      handled: this.handled,
      apps: () => this.apps,
      readerOf: (url) => this.readerOf(url),
      clock: this.time.clock,
    });
  }

  add(app: BenchApp): void {
    this.apps.add(app);
  }

  remove(app: BenchApp): void {
    this.apps.delete(app);
  }

  /** The queues of one connection. */
  service(connection: string): MemoryQueueService {
    const service = this.services.get(connection) ?? this.newService(connection);
    this.services.set(connection, service);
    return service;
  }

  gateway(connection: string): TestGateway {
    const gateway = this.gateways.get(connection) ?? this.newGateway(connection);
    this.gateways.set(connection, gateway);
    return gateway;
  }

  /** Notes how a queue's messages are read. */
  found(handle: QueueHandle): void {
    levelsOf(handle).forEach(({ name, url, format, codecs }, priority) => {
      this.readers.set(url, { name, url, format, codecs, taskQueue: handle.name, priority });
    });
  }

  /** The levels, highest first, of a queue that an app has used, by its logical name. */
  readersOf(name: string): (QueueReader & { url: string })[] {
    const readers = [...this.readers.values()].filter(({ taskQueue }) => taskQueue === name);
    return readers.toSorted((a, b) => b.priority - a.priority);
  }

  queueNames(): string[] {
    return [...new Set([...this.readers.values()].map(({ taskQueue }) => taskQueue))];
  }

  /** The service that has the queue with this URL. */
  serviceOf(url: string): MemoryQueueService {
    for (const service of this.services.values()) {
      if (service.hasUrl(url)) return service;
    }
    return this.service('default');
  }

  /** A worker was made; what it gathers may wait so many milliseconds. */
  watch(worker: WorkerControl, lingerMs: number): void {
    this.workers.set(worker, lingerMs);
    const forget = () => void this.workers.delete(worker);
    void worker.ended.then(forget, forget);
  }

  /** Ends once all that is due was sent and handled. @throws StillWaitingError */
  async untilQuiet(method: string, timeoutMs: number): Promise<void> {
    const started = realNow();
    await this.time.untilSent(Promise.all([...this.apps].map((app) => app.flushSends())));
    await this.time.untilQuiet({
      lingerMs: () => this.lingerMs(),
      activity: () => this.activity,
      check: () => {
        if (realNow() - started > timeoutMs) throw this.stillWaiting(method, timeoutMs);
      },
    });
  }

  /** How long something that gathers company may still take. */
  private lingerMs(): number {
    const busy = [...this.workers].filter(([worker]) => this.isBusy(worker));
    return Math.max(0, ...busy.map(([, lingerMs]) => lingerMs));
  }

  private isBusy(worker: WorkerControl): boolean {
    return worker
      .status()
      .queues.some(
        ({ name, prefetchedCount, settlementsWaiting }) =>
          prefetchedCount + settlementsWaiting > 0 || this.hasVisible(name),
      );
  }

  private hasVisible(queue: string): boolean {
    return this.readersOf(queue).some(
      ({ url }) => this.serviceOf(url).at(url).store.counts.visible > 0,
    );
  }

  stillWaiting(method: string, waitedMs: number): StillWaitingError {
    const { handled } = this;
    const [running, ended] = [handled.namesOfRunning(), handled.namesOfEnded()];
    return new StillWaitingError({ method, waitedMs, running, ended });
  }

  /** Forgets what was sent and handled. */
  forget(): void {
    this.sent.length = 0;
    this.handled.forget();
  }

  private readerOf(url: string): QueueReader {
    const name = url.slice(url.lastIndexOf('/') + 1);
    const unknown = { format: nativeFormat, codecs: createCodecLookup(), priority: 0 };
    return this.readers.get(url) ?? { ...unknown, name, taskQueue: name };
  }

  private newService(connection: string): MemoryQueueService {
    const region = connection === 'default' ? 'us-east-1' : connection;
    const service = new MemoryQueueService({ clock: this.time.clock, region });
    const queueOf = (url: string) => ({ queue: this.readerOf(url).name, queueUrl: url });
    service.beforeCall = (operation, url) => {
      if (operation !== 'ReceiveMessage') this.activity++;
      this.faults.meet('before', { service, operation, ...queueOf(url) });
    };
    service.afterCall = (operation, url, request, answer) => {
      if (operation === 'SendMessageBatch') this.noteAccepted(url, request, answer);
      this.faults.meet('after', { service, operation, answer, ...queueOf(url) });
      return undefined;
    };
    return service;
  }

  private newGateway(connection: string): TestGateway {
    return new TestGateway({
      service: this.service(connection),
      takes: (url, messageId, entry) => this.inline.takes(url, messageId, entry),
      onSent: (url, messageId, entry) => this.note(url, messageId, entry),
    });
  }

  private noteAccepted(url: string, request: unknown, answer: unknown): void {
    const entries = request as readonly OutgoingMessage[];
    const results = answer as readonly { ok: boolean; value?: { messageId: string } }[];
    entries.forEach((entry, index) => {
      const messageId = results[index]?.value?.messageId;
      if (messageId !== undefined) this.note(url, messageId, entry);
    });
  }

  private note(url: string, messageId: string, entry: OutgoingMessage): void {
    const task = sentTask(this.readerOf(url), messageId, entry);
    this.sent.push(task);
    this.echo.sent(task);
  }
}
