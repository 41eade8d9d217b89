import {
  GatewayError,
  QueueNotFoundError,
  type Clock,
  type CreatedQueue,
  type DeadLetterSource,
  type ListedQueue,
  type MessageFormat,
  type QueueGateway,
  type QueueHandle,
  type QueueOptions,
  type QueueResourcesPort,
  type QueueSelection,
  type SqsLogger,
} from '../contracts/index.js';
import { planCreation, type ProvisionStep } from './provision-plan.js';
import { isFifoName, logicalName, parseQueueAddress } from './queue-address.js';
import { readRedrivePolicy } from './queue-attributes.js';
import { placeOf, type FoundQueue, type QueueDirectory } from './queue-directory.js';
import { QueueProvider } from './queue-provider.js';
import { DEFAULT_CONNECTION } from './queue-registry.js';

export interface QueueResourcesSetup {
  directory: QueueDirectory;
  clock: Clock;
  logger: SqsLogger;
  /** Ends all waiting. */
  signal: AbortSignal;
}

/** Queues as resources: listed, created, forgotten; and who sends dead letters to whom. */
export class QueueResources implements QueueResourcesPort {
  private readonly directory: QueueDirectory;
  private readonly provider: QueueProvider;

  constructor(setup: QueueResourcesSetup) {
    this.directory = setup.directory;
    this.provider = new QueueProvider(setup);
  }

  get queuePrefix(): string {
    return this.directory.queuePrefix;
  }

  async *list(selection: QueueSelection = {}): AsyncGenerator<ListedQueue> {
    const { prefix = '', connection } = selection;
    const gateway = this.gateway(connection);
    const wanted = this.queuePrefix + prefix;
    for await (const url of gateway.listQueueUrls(wanted)) {
      const queueName = nameIn(url);
      // Whatever the service means by a prefix, nothing else passes.
      if (queueName.startsWith(wanted)) yield this.listed(queueName, url);
    }
  }

  async create(options: QueueOptions): Promise<CreatedQueue> {
    const queue = this.directory.describe(options);
    const steps = planCreation(this.directory, queue);
    // It may have been deleted by others since it was last found.
    for (const step of steps) this.directory.forget(step.queue);
    let wasCreated = false;
    let found: FoundQueue | undefined;
    for (const step of steps) {
      wasCreated = await this.isMissing(step);
      found = await this.provider.obtain(step);
    }
    return { ...toListed(found as FoundQueue), wasCreated };
  }

  forget(queue: string, connection?: string): void {
    this.directory.forget(this.directory.resolve(queue, connection));
  }

  gateway(connection = DEFAULT_CONNECTION): QueueGateway {
    return this.directory.connectionNamed(connection).gateway;
  }

  async sources(deadLetterQueue: string): Promise<DeadLetterSource[]> {
    const handle = await this.directory.find(deadLetterQueue);
    try {
      const urls = await collect(handle.gateway.listDeadLetterSourceUrls(handle.url));
      return urls.map((url) => ({ name: logicalName(nameIn(url), this.queuePrefix), url }));
    } catch (error) {
      // Emulators do not know the call, but they tell each queue's redrive policy.
      if (!(error instanceof GatewayError) || error.kind !== 'unsupported') throw error;
      return this.sourcesByPolicies(handle);
    }
  }

  registeredSources(deadLetterQueue: string): string[] {
    const target = placeOf(this.directory.resolve(deadLetterQueue));
    const sources = this.directory.registered().filter((queue) => {
      const deadLetter = this.directory.deadLetterOf(queue);
      return deadLetter !== undefined && placeOf(deadLetter) === target;
    });
    return sources.map(({ name }) => name);
  }

  formatOf(queue: string): MessageFormat | undefined {
    return this.directory.resolve(queue).options.format;
  }

  private async isMissing(step: ProvisionStep): Promise<boolean> {
    try {
      await this.directory.open(step.queue);
      return false;
    } catch (error) {
      if (error instanceof QueueNotFoundError) return true;
      throw error;
    }
  }

  private async sourcesByPolicies({ gateway, url }: QueueHandle): Promise<DeadLetterSource[]> {
    const { QueueArn } = await gateway.getQueueAttributes(url, ['QueueArn']);
    const sources: DeadLetterSource[] = [];
    for await (const one of gateway.listQueueUrls(this.queuePrefix)) {
      const policy = readRedrivePolicy(await gateway.getQueueAttributes(one));
      if (policy?.arn === QueueArn) {
        sources.push({ name: logicalName(nameIn(one), this.queuePrefix), url: one });
      }
    }
    return sources;
  }

  private listed(queueName: string, url: string): ListedQueue {
    return {
      name: logicalName(queueName, this.queuePrefix),
      url,
      isFifo: isFifoName(queueName),
    };
  }
}

function toListed({ handle: { name, url, isFifo } }: FoundQueue): ListedQueue {
  return { name, url, isFifo };
}

function nameIn(url: string): string {
  return parseQueueAddress(url).queueName;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
