import type { Clock } from '../contracts/clock.js';
import type { TaskHandlerOptions } from '../contracts/handlers.js';
import type { ExhaustedMode } from '../contracts/policies.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import { controlSignalOf, type Outcome } from '../contracts/task.js';
import { errorText } from '../primitives/error-text.js';
import type { Delivery } from './delivery.js';

export interface LastAttemptParts {
  queue: Pick<QueueHandle, 'deadLetter'>;
  /** FIFO: the head of a group stays leased and is retried here. */
  holdsHeads: boolean;
  /** Where it holds heads and has no dead-letter queue. */
  maxAttempts: number | undefined;
  onExhausted: ExhaustedMode;
  clock: Clock;
}

/**
 * Knows the last attempt that a queue allows, and what becomes of a message whose last attempt failed:
 *
 * | queue                              | last attempt                                              | the message is        |
 * |------------------------------------|-----------------------------------------------------------|-----------------------|
 * | its dead-letter queue is not known | none: it is retried                                       | –                     |
 * | FIFO that holds heads, the same    | receive count + local retries reach `maxAttempts`         | discarded             |
 * | FIFO that holds heads              | receive count + local retries reach `maxReceiveCount`     | copied, then deleted  |
 * | any other, `onExhausted: 'copy'`   | the receive count reaches `maxReceiveCount`               | copied, then deleted  |
 * | any other, `onExhausted: 'sqs'`    | the receive count is `maxReceiveCount`                    | given back; SQS moves it at its next receive |
 *
 * A receive count above `maxReceiveCount` shows that SQS does not do what its options or attributes said when the queue
 * was found, so it is retried with its back-off again. A message whose lease is lost is never copied, as somebody else may
 * have it by now: it is left to SQS.
 */
export class LastAttempt {
  constructor(private readonly parts: LastAttemptParts) {}

  /** True where attempts end by themselves some time. */
  get isLimited(): boolean {
    const { queue, holdsHeads, maxAttempts } = this.parts;
    return queue.deadLetter !== undefined || (holdsHeads && maxAttempts !== undefined);
  }

  /** The outcome, or what it comes to where this was the last attempt. */
  outcomeOf(outcome: Outcome, delivery: Delivery, handlerOptions?: TaskHandlerOptions): Outcome {
    if (!isFailedAttempt(outcome)) return outcome;
    const { deadLetter } = this.parts.queue;
    const { error } = outcome;
    if (deadLetter === undefined) return this.withoutDeadLetters(outcome, delivery);
    const reason = error === undefined ? 'a retry was asked for' : errorText(error);
    const { maxReceiveCount } = deadLetter;
    const isForUs = this.copies(handlerOptions) && !this.isLost(delivery);
    if (isForUs && delivery.attempt >= maxReceiveCount) {
      return { kind: 'dead-letter', reason, error };
    }
    if (delivery.message.receiveCount !== maxReceiveCount) return outcome;
    return { kind: 'dead-letter', reason, error, movedBy: 'sqs' };
  }

  private withoutDeadLetters(outcome: FailedAttempt, delivery: Delivery): Outcome {
    const { holdsHeads, maxAttempts } = this.parts;
    if (!holdsHeads || maxAttempts === undefined || delivery.attempt < maxAttempts) return outcome;
    if (this.isLost(delivery)) return outcome;
    const { error } = outcome;
    const reason = `it failed ${maxAttempts} times, at last with: ${errorText(error)}`;
    return { kind: 'discard', reason, error };
  }

  /** SQS does not count local retries, so where there are some the worker moves the message. */
  private copies(handlerOptions: TaskHandlerOptions | undefined): boolean {
    const { holdsHeads, onExhausted } = this.parts;
    return holdsHeads || (handlerOptions?.onExhausted ?? onExhausted) === 'copy';
  }

  private isLost({ lease }: Delivery): boolean {
    return lease.isLostAt(this.parts.clock.now());
  }
}

type FailedAttempt = Extract<Outcome, { kind: 'retry' | 'release' }>;

/** What was never tried, and what a loop has left to its visibility timeout, is no failed attempt. */
function isFailedAttempt(outcome: Outcome): outcome is FailedAttempt {
  if (outcome.kind === 'release') return outcome.error !== undefined;
  return outcome.kind === 'retry' && controlSignalOf(outcome.error)?.kind !== 'leave';
}
