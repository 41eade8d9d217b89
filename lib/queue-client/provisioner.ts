import type { Clock, MissingQueuePolicy, QueueHandle, SqsLogger } from '../contracts/index.js';
import { planProvisioning, type ProvisionStep } from './provision-plan.js';
import { placeOf, type FoundQueue, type QueueDirectory } from './queue-directory.js';
import { QueueProvider } from './queue-provider.js';

export interface ProvisionerSetup {
  directory: QueueDirectory;
  /** For queues that say nothing themselves. @default each connection's own */
  onMissingQueue?: MissingQueuePolicy;
  clock: Clock;
  logger: SqsLogger;
}

/**
 * Looks after the registered queues at start: those that are missing are an error, are created, or are waited for.
 * Queues that exist are never altered.
 */
export class Provisioner {
  private readonly ready = new Map<string, Promise<FoundQueue>>();
  private readonly stop = new AbortController();

  private readonly provider: QueueProvider;

  constructor(private readonly setup: ProvisionerSetup) {
    this.provider = new QueueProvider({ ...setup, signal: this.stop.signal });
  }

  /**
   * Resolves when every queue is there that is not waited for.
   * @throws InvalidOptionsError before any request, for dead letters in a circle or of another type
   * @throws QueueNotFoundError, GatewayError
   */
  async prepare(): Promise<void> {
    const steps = planProvisioning(this.setup.directory, this.setup.onMissingQueue);
    for (const step of steps) this.begin(step);
    const awaited = steps.filter((step) => !step.isBackground);
    const results = await Promise.allSettled(awaited.map((step) => this.readyOf(step)));
    this.throwFirst(results.filter((result) => result.status === 'rejected'));
  }

  /**
   * The queue once it exists: at once for most, much later for one that is waited for.
   * @throws GatewayError of kind `aborted` when the provisioner is closed before
   */
  async whenReady(queue: string, connection?: string): Promise<QueueHandle> {
    const known = this.ready.get(placeOf(this.setup.directory.resolve(queue, connection)));
    if (known === undefined) return this.setup.directory.find(queue, connection);
    return (await known).handle;
  }

  /** Ends all waiting. */
  async close(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled(this.ready.values());
  }

  private begin(step: ProvisionStep): void {
    const ready = this.provide(step);
    this.ready.set(placeOf(step.queue), ready);
    ready.catch((error: unknown) => this.reportBackground(step, error));
  }

  private reportBackground(step: ProvisionStep, error: unknown): void {
    if (!step.isBackground || this.stop.signal.aborted) return;
    const fields = { queue: step.queue.name };
    this.setup.logger.error('Waiting for a queue ended without it.', fields, error);
  }

  private async provide(step: ProvisionStep): Promise<FoundQueue> {
    if (step.deadLetter !== undefined) await this.readyOf(step.deadLetter);
    await Promise.all(step.upperLevels.map((level) => this.readyOf(level)));
    return this.provider.provide(step);
  }

  private async readyOf(step: ProvisionStep): Promise<FoundQueue | undefined> {
    return this.ready.get(placeOf(step.queue));
  }

  private throwFirst(failures: readonly PromiseRejectedResult[]): void {
    const [first, ...others] = failures;
    if (first === undefined) return;
    // Those that wait for a failed dead-letter queue fail with its error.
    const further = new Set(others.map(({ reason }) => reason as unknown));
    further.delete(first.reason);
    for (const error of further) this.setup.logger.error(String(error));
    throw first.reason;
  }
}
