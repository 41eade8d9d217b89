import type {
  QueueHandle,
  QueueLookup,
  QueueOptions,
  QueueResourcesPort,
} from '../contracts/index.js';
import type { SqsModuleOptions } from './module/sqs-module.options.js';
import { loggerOf } from './logger-of.js';
import { QueueRegistrations } from './queue-registrations.js';
import type { AwaitedQueue, ConnectedService, OpenQueues, RuntimeParts } from './runtime-parts.js';

/** The queues of one app: those that modules register, and, once connections are open, every other by its name. */
export class AppQueues implements QueueLookup {
  private readonly registrations = new QueueRegistrations();
  private opening: Promise<OpenQueues> | undefined;
  private opened: OpenQueues | undefined;

  /** @throws QueueConflictError */
  constructor(
    private readonly parts: RuntimeParts,
    private readonly options: SqsModuleOptions,
  ) {
    for (const queue of options.queues ?? []) this.registrations.add(queue);
  }

  /** @throws QueueConflictError */
  register(queue: string | QueueOptions): void {
    const options = this.registrations.add(queue);
    this.opened?.register(options);
  }

  /** Logical names of what was registered. */
  names(): readonly string[] {
    return this.registrations.all().map(({ name }) => this.nameOf(name));
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
  async await(queue: string, readAs?: string): Promise<AwaitedQueue> {
    const queues = await this.open();
    return queues.await(queue, readAs);
  }

  /** Every queue as a resource, registered or not. */
  async resources(): Promise<QueueResourcesPort> {
    const queues = await this.open();
    return queues.resources;
  }

  /** Where queues lie; none before connections are open. */
  connections(): readonly ConnectedService[] {
    return this.opened?.connections ?? [];
  }

  /** Opens connections and applies `onMissingQueue` to what was registered. */
  async provision(): Promise<void> {
    const queues = await this.open();
    await queues.provision();
  }

  async close(): Promise<void> {
    if (this.opening === undefined) return;
    const [opened] = await Promise.allSettled([this.opening]);
    if (opened.status === 'fulfilled') await opened.value.close();
  }

  private open(): Promise<OpenQueues> {
    this.opening ??= this.openConnections();
    return this.opening;
  }

  private async openConnections(): Promise<OpenQueues> {
    const { options, parts } = this;
    const logger = loggerOf(parts, 'SqsModule');
    const queues = await parts.openQueues({ options, clock: parts.clock, logger });
    for (const queue of this.registrations.all()) queues.register(queue);
    this.opened = queues;
    return queues;
  }
}
