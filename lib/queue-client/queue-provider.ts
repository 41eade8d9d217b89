import {
  GatewayError,
  QueueNotFoundError,
  type Clock,
  type SqsLogger,
} from '../contracts/index.js';
import { pause } from '../primitives/pause.js';
import type { ProvisionStep } from './provision-plan.js';
import {
  attributesForCreation,
  differingAttributes,
  readRedrivePolicy,
} from './queue-attributes.js';
import type { FoundQueue, QueueDirectory } from './queue-directory.js';

/** How often a queue that is waited for is looked for. */
const WAIT_INTERVAL_MS = 2_000;

/** SQS asks to wait a second before a new queue is used; seldom it takes longer. */
const CREATED_RETRY_MS = 1_000;
const CREATED_ATTEMPTS = 10;

export interface QueueProviderSetup {
  directory: QueueDirectory;
  clock: Clock;
  logger: SqsLogger;
  /** Ends all waiting. */
  signal: AbortSignal;
}

/** Brings one queue about by the policy for missing queues. Its dead-letter queue must be there. */
export class QueueProvider {
  constructor(private readonly setup: QueueProviderSetup) {}

  async provide(step: ProvisionStep): Promise<FoundQueue> {
    const found = await this.obtain(step);
    this.warnWithoutDeadLetters(step, found);
    return found;
  }

  /** The same, without a word on dead letters. */
  obtain(step: ProvisionStep): Promise<FoundQueue> {
    if (step.policy === 'create') return this.createIfMissing(step);
    return step.policy === 'wait' ? this.waitFor(step) : this.openExisting(step);
  }

  private async openExisting(step: ProvisionStep): Promise<FoundQueue> {
    try {
      const found = await this.setup.directory.open(step.queue);
      this.warnOfDifferences(step, found);
      return found;
    } catch (error) {
      throw explainDenied(error);
    }
  }

  private async createIfMissing(step: ProvisionStep): Promise<FoundQueue> {
    try {
      return await this.openExisting(step);
    } catch (error) {
      // A URL or an ARN says where the queue must be already.
      if (!(error instanceof QueueNotFoundError) || step.queue.address.kind !== 'name') throw error;
      return this.create(step);
    }
  }

  private async create(step: ProvisionStep): Promise<FoundQueue> {
    const { queue, deadLetter } = step;
    const arn = deadLetter === undefined ? undefined : await this.arnOf(deadLetter);
    const { queueName } = queue.address;
    const attributes = attributesForCreation(queue.options, queueName, arn);
    const tags = queue.options.tags;
    try {
      const { gateway } = this.setup.directory.connectionOf(queue);
      const url = await gateway.createQueue(queueName, { attributes, ...(tags && { tags }) });
      this.setup.directory.rememberUrl(queue, url);
      this.setup.logger.log('Created a queue.', { queue: queueName, url });
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Another process may have created it in between, with attributes of its own: then it exists.
      this.setup.logger.debug('Creating a queue met a conflict; looking for it again.', {
        queueName,
      });
    }
    return this.openCreated(step);
  }

  private async openCreated(step: ProvisionStep): Promise<FoundQueue> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.setup.directory.open(step.queue);
      } catch (error) {
        if (!(error instanceof QueueNotFoundError) || attempt === CREATED_ATTEMPTS) throw error;
        await this.pause(step, CREATED_RETRY_MS);
      }
    }
  }

  private async arnOf(deadLetter: ProvisionStep): Promise<string> {
    const { attributes } = await this.setup.directory.open(deadLetter.queue);
    const arn = attributes?.['QueueArn'];
    if (arn !== undefined) return arn;
    throw new GatewayError({
      kind: 'access-denied',
      operation: 'GetQueueAttributes',
      queue: deadLetter.queue.address.queueName,
      detail:
        'the ARN of this dead-letter queue is needed to create a queue that uses it; allow sqs:GetQueueAttributes',
    });
  }

  private async waitFor(step: ProvisionStep): Promise<FoundQueue> {
    const said = new Set<string>();
    for (;;) {
      const found = await this.lookFor(step, said);
      if (found !== undefined) return found;
      await this.pause(step, WAIT_INTERVAL_MS);
    }
  }

  private async lookFor(step: ProvisionStep, said: Set<string>): Promise<FoundQueue | undefined> {
    try {
      return await this.openExisting(step);
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      this.sayOnce(step, error, said);
      return undefined;
    }
  }

  private sayOnce(step: ProvisionStep, error: Error, said: Set<string>): void {
    const reason = error instanceof GatewayError ? error.kind : error.name;
    if (said.has(reason)) return;
    said.add(reason);
    const advice = `Looking for the queue every ${WAIT_INTERVAL_MS / 1_000} s until it is there.`;
    this.setup.logger.warn(`${error.message} ${advice}`, { queue: step.queue.name });
  }

  private async pause(step: ProvisionStep, ms: number): Promise<void> {
    await pause(this.setup.clock, ms, this.setup.signal);
    if (!this.setup.signal.aborted) return;
    throw new GatewayError({
      kind: 'aborted',
      operation: 'GetQueueUrl',
      queue: step.queue.address.queueName,
      detail: 'waiting ended before the queue existed',
    });
  }

  private warnOfDifferences(step: ProvisionStep, found: FoundQueue): void {
    const deadLetterName = step.deadLetter?.queue.address.queueName;
    const differences = differingAttributes(
      step.queue.options,
      found.attributes ?? {},
      deadLetterName,
    );
    if (found.attributes === undefined || differences.length === 0) return;
    this.setup.logger.warn(
      `Queue "${step.queue.name}" exists with other attributes, which are left as they are: ${differences.join('; ')}.`,
    );
  }

  private warnWithoutDeadLetters(step: ProvisionStep, found: FoundQueue): void {
    // Said once for all levels of a queue.
    if (step.isUpperLevel) return;
    if (step.isDeadLetterQueue || step.deadLetter !== undefined) return;
    if (found.attributes === undefined || readRedrivePolicy(found.attributes) !== undefined) return;
    this.setup.logger.warn(
      `Queue "${step.queue.name}" has no dead-letter queue: a message that always fails comes back until its retention ends. ` +
        `Give it one with deadLetter: { queue, maxReceiveCount }.`,
    );
  }
}

/** Not being allowed to look says nothing about whether the queue exists: it is never created then. */
function explainDenied(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.kind !== 'access-denied') return error;
  return new GatewayError({
    kind: error.kind,
    operation: error.operation,
    code: error.code,
    queue: error.queue,
    detail:
      `access was denied, so it is not known whether the queue exists, and nothing was created. ${reasonOf(error)} ` +
      'Check credentials and region, and allow sqs:GetQueueUrl, or name the queue by its URL',
    cause: error,
  });
}

/** The service's own words: they name the action, and who was refused. */
function reasonOf({ cause, message }: GatewayError): string {
  const said = cause instanceof Error && cause.message !== '' ? cause.message : message;
  return `SQS says: ${said}.`.replace(/\.\.$/, '.');
}

function isConflict(error: unknown): boolean {
  return error instanceof GatewayError && error.kind === 'conflict' && isAboutName(error.code);
}

/** `QueueNameExists` or `QueueAlreadyExists`; a queue that was deleted within the last minute is another matter. */
function isAboutName(code: string | undefined): boolean {
  return code?.includes('Exists') === true;
}

/** Not there, not allowed yet, or not reachable now: all of it may pass while we wait. */
function isWorthWaiting(error: unknown): error is Error {
  if (error instanceof QueueNotFoundError) return true;
  if (!(error instanceof GatewayError)) return false;
  return error.isPassing || error.kind === 'access-denied' || error.kind === 'unauthenticated';
}
