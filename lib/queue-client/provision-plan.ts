import {
  InvalidOptionsError,
  SQS_LIMITS,
  type MissingQueuePolicy,
  type QueueOptions,
} from '../contracts/index.js';
import { isFifoName } from './queue-address.js';
import { placeOf, type QueueDirectory } from './queue-directory.js';
import type { RegisteredQueue } from './queue-registry.js';

/** One queue to be looked after at start. */
export interface ProvisionStep {
  readonly queue: RegisteredQueue;
  readonly policy: MissingQueuePolicy;
  readonly deadLetter: ProvisionStep | undefined;
  /** True where another queue's dead letters come here. */
  isDeadLetterQueue: boolean;
  /** The levels above it, where it has priorities: it is found only when they are. */
  readonly upperLevels: readonly ProvisionStep[];
  /** True for such a level. */
  isUpperLevel: boolean;
  /** It, or its dead-letter queue, is waited for: nothing at start depends on it. */
  readonly isBackground: boolean;
}

/**
 * Every registered queue and every dead-letter queue they name, dead-letter queues before the queues that use them.
 * @throws InvalidOptionsError for cycles, and for options that a queue of that type cannot have
 */
export function planProvisioning(
  directory: QueueDirectory,
  onMissingQueue: MissingQueuePolicy | undefined,
): ProvisionStep[] {
  const planner = new Planner(directory, onMissingQueue);
  for (const queue of directory.registered()) planner.add(queue, []);
  if (planner.problems.length === 0) return [...planner.steps.values()];
  throw new InvalidOptionsError({ where: 'queues', problems: planner.problems });
}

/**
 * One queue that is to be created, behind the dead-letter queue that it names, whatever policies say of missing ones.
 * @throws InvalidOptionsError for cycles, and for options that a queue of that type cannot have
 */
export function planCreation(directory: QueueDirectory, queue: RegisteredQueue): ProvisionStep[] {
  const planner = new Planner(directory, undefined, 'create');
  planner.add(queue, []);
  if (planner.problems.length === 0) return [...planner.steps.values()];
  throw new InvalidOptionsError({ where: `queue "${queue.name}"`, problems: planner.problems });
}

class Planner {
  readonly steps = new Map<string, ProvisionStep>();
  readonly problems: string[] = [];

  constructor(
    private readonly directory: QueueDirectory,
    private readonly onMissingQueue: MissingQueuePolicy | undefined,
    private readonly forced?: MissingQueuePolicy,
  ) {}

  add(queue: RegisteredQueue, path: readonly RegisteredQueue[]): ProvisionStep | undefined {
    const known = this.steps.get(placeOf(queue));
    if (known !== undefined) return known;
    if (this.closesCycle(queue, path)) return undefined;
    this.problems.push(...typeProblems(queue.options, queue.address.queueName));
    const deadLetter = this.addDeadLetter(queue, [...path, queue]);
    const step = this.toStep(queue, deadLetter, this.addLevels(queue, path));
    this.steps.set(placeOf(queue), step);
    return step;
  }

  private addDeadLetter(queue: RegisteredQueue, path: readonly RegisteredQueue[]) {
    const target = this.directory.deadLetterOf(queue);
    if (target === undefined) return undefined;
    this.problems.push(...mixedTypeProblems(queue, target));
    const isDescribed = this.directory.registered().some((one) => placeOf(one) === placeOf(target));
    const step = this.add(isDescribed ? target : undescribed(target, this.policyOf(queue)), path);
    if (step !== undefined) step.isDeadLetterQueue = true;
    return step;
  }

  private addLevels(queue: RegisteredQueue, path: readonly RegisteredQueue[]): ProvisionStep[] {
    const steps = queue.upperLevels.map((level) => this.add(level, path));
    const known = steps.filter((step) => step !== undefined);
    for (const step of known) step.isUpperLevel = true;
    return known;
  }

  private toStep(
    queue: RegisteredQueue,
    deadLetter: ProvisionStep | undefined,
    upperLevels: readonly ProvisionStep[],
  ): ProvisionStep {
    const policy = this.policyOf(queue);
    const isBackground = policy === 'wait' || deadLetter?.isBackground === true;
    const flags = { isBackground, isDeadLetterQueue: false, isUpperLevel: false };
    return { queue, policy, deadLetter, upperLevels, ...flags };
  }

  private policyOf(queue: RegisteredQueue): MissingQueuePolicy {
    const chosen = this.forced ?? queue.options.onMissingQueue ?? this.onMissingQueue;
    return chosen ?? this.directory.connectionOf(queue).defaultMissingQueue;
  }

  private closesCycle(queue: RegisteredQueue, path: readonly RegisteredQueue[]): boolean {
    const start = path.findIndex((earlier) => placeOf(earlier) === placeOf(queue));
    if (start === -1) return false;
    const names = [...path.slice(start), queue].map(({ name }) => `"${name}"`);
    this.problems.push(`dead letters go in a circle: ${names.join(' to ')}`);
    return true;
  }
}

/**
 * A dead-letter queue that nobody described gets the longest retention: on a standard queue the age of a message
 * counts from its first sending, so a short one would drop it soon after it came.
 */
function undescribed(target: RegisteredQueue, policy: MissingQueuePolicy): RegisteredQueue {
  const retentionSeconds = SQS_LIMITS.maxRetentionSeconds;
  return { ...target, options: { ...target.options, retentionSeconds, onMissingQueue: policy } };
}

function mixedTypeProblems(queue: RegisteredQueue, target: RegisteredQueue): string[] {
  if (isFifo(queue) === isFifo(target)) return [];
  const expected = isFifo(queue) ? 'a FIFO queue (.fifo)' : 'a standard queue (no .fifo)';
  return [
    `expected the dead-letter queue of "${queue.name}" to be ${expected}, got "${target.name}"`,
  ];
}

function isFifo(queue: RegisteredQueue): boolean {
  return isFifoName(queue.address.queueName);
}

function typeProblems(options: QueueOptions, queueName: string): string[] {
  if (isFifoName(queueName)) return [];
  if (options.attributes?.['FifoQueue'] === 'true') {
    return [`the name of a FIFO queue ends in .fifo, got "${queueName}"`];
  }
  return (['contentBasedDeduplication', 'highThroughput'] as const)
    .filter((option) => options[option] === true)
    .map(
      (option) => `${option} is for FIFO queues, but the name "${queueName}" does not end in .fifo`,
    );
}
