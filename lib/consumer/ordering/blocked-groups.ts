import type { SqsLogger } from '../../contracts/logger.js';
import type { ResolvedConsumeOptions } from '../../contracts/options/index.js';
import type { Outcome } from '../../contracts/task.js';
import { errorText } from '../../primitives/error-text.js';
import type { Delivery } from '../delivery.js';
import type { FailurePlace } from '../failure-place.js';

// A FIFO queue gives nothing of a group while its head is not deleted. Where no dead-letter queue and no limit of
// attempts ends a head that always fails, its group waits until the queue's retention ends.

type Policies = Pick<ResolvedConsumeOptions, 'onError' | 'onUnknownTask' | 'onInvalidMessage'>;

const cases = {
  onInvalidMessage: 'one that cannot be decoded (onInvalidMessage)',
  onUnknownTask: 'one that nothing here handles (onUnknownTask)',
  onError: 'one whose handler always fails (onError)',
} as const satisfies Record<keyof Policies, string>;

const POLICIES = {
  message: 'onInvalidMessage',
  lookup: 'onUnknownTask',
  handler: 'onError',
} as const satisfies Record<FailurePlace, keyof Policies>;

/** @param policies those that retry */
function whatToDo(policies: readonly (keyof Policies)[]): string {
  return (
    `Give the queue deadLetter: { queue, maxReceiveCount }, or the worker maxAttempts, which counts with ` +
    `fifoFailure: 'hold', or ${policies.join(', ')} another policy than retry().`
  );
}

/** What to say of a FIFO queue that limits no attempts, when its worker starts; undefined where no policy retries. */
export function endlessHeads(queue: string, policies: Policies): string | undefined {
  const retried = (['onInvalidMessage', 'onUnknownTask', 'onError'] as const).filter(
    (name) => policies[name].kind === 'retry',
  );
  if (retried.length === 0) return undefined;
  return (
    `Queue "${queue}" has neither a dead-letter queue nor a limit of attempts: a message that never succeeds is ` +
    `retried until the queue's retention ends, and everything behind it in its group waits. That is so for ` +
    `${retried.map((name) => cases[name]).join(', and for ')}. ${whatToDo(retried)}`
  );
}

/** The attempt of a handler from which on its failure is taken for one that will not pass by itself. */
const LASTING_ATTEMPT = 5;

/** Says once for each message that a group waits behind it, and that nothing will end that. */
export class BlockedGroups {
  private readonly said = new Map<string, string>();

  constructor(
    private readonly parts: { readonly queue: string; readonly logger: Pick<SqsLogger, 'error'> },
  ) {}

  /** The head of a group is to be retried. */
  failed(groupId: string, delivery: Delivery, outcome: Extract<Outcome, { kind: 'retry' }>): void {
    const { id } = delivery.message;
    const policy = POLICIES[delivery.failurePlace ?? 'handler'];
    const isLasting = policy !== 'onError' || delivery.attempt >= LASTING_ATTEMPT;
    if (outcome.wanted || !isLasting || this.said.get(groupId) === id) return;
    this.said.set(groupId, id);
    const { queue, logger } = this.parts;
    const reason = errorText(outcome.error);
    logger.error(
      `Group "${groupId}" of queue "${queue}" waits behind message ${id}, which fails: ${reason} ` +
        `Nothing limits its attempts: it is retried until the queue's retention ends. ${whatToDo([policy])}`,
      { queue, groupId, messageId: id, attempt: delivery.attempt, reason },
    );
  }

  /** The head of a group is gone. */
  ended(groupId: string): void {
    this.said.delete(groupId);
  }
}
