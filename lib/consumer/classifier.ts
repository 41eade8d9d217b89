import type { TaskHandlerOptions } from '../contracts/handlers.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { Backoff, OutcomePolicy } from '../contracts/policies.js';
import { controlSignalOf, type ControlSignal, type Outcome } from '../contracts/task.js';
import { errorText } from '../primitives/error-text.js';
import type { Delivery } from './delivery.js';
import type { FailurePlace } from './failure-place.js';
import type { LastAttempt } from './last-attempt.js';
import { clampDelay } from './retry/clamp-delay.js';

export interface ClassifierParts {
  consume: ResolvedConsumeOptions;
  /** Used where a policy names none. */
  defaultBackoff: Backoff;
  lastAttempt: LastAttempt;
  /** For logs. */
  queue: string;
  logger: SqsLogger;
}

/** What went wrong, and what the handler that it went wrong in says about it. */
export interface Failure {
  error: unknown;
  place: FailurePlace;
  delivery: Delivery;
  handlerOptions: TaskHandlerOptions | undefined;
}

export interface Verdict {
  outcome: Outcome;
  /** The worker cannot go on: `onError: crash()`. */
  isFatal: boolean;
}

/** Turns an error into an outcome: what the handler asked for, else the handler's policy, else the worker's. Never throws. */
export class Classifier {
  constructor(private readonly parts: ClassifierParts) {}

  classify(failure: Failure): Verdict {
    const { outcome, isFatal } = this.verdictOf(failure);
    const { delivery, handlerOptions, place } = failure;
    delivery.failurePlace = place;
    return {
      outcome: this.parts.lastAttempt.outcomeOf(outcome, delivery, handlerOptions),
      isFatal,
    };
  }

  private verdictOf(failure: Failure): Verdict {
    const control = failure.place === 'handler' ? controlSignalOf(failure.error) : undefined;
    if (control !== undefined) return { outcome: this.obey(control, failure), isFatal: false };
    return this.apply(this.policyFor(failure), failure);
  }

  private obey(control: ControlSignal, failure: Failure): Outcome {
    const { error } = failure;
    if (control.kind === 'discard') return { kind: 'discard', reason: control.reason, error };
    if (control.kind === 'dead-letter') {
      return { kind: 'dead-letter', reason: control.reason, error };
    }
    if (control.kind === 'leave') {
      return { kind: 'retry', delaySeconds: undefined, error, wanted: true };
    }
    const own: unknown = control.delaySeconds ?? undefined;
    const delaySeconds =
      own === undefined ? this.delayOf(this.policyFor(failure), failure) : this.secondsOf(own);
    return { kind: 'retry', delaySeconds, error, wanted: true };
  }

  private policyFor({ place, handlerOptions }: Failure): OutcomePolicy {
    const { consume } = this.parts;
    switch (place) {
      case 'lookup':
        return consume.onUnknownTask;
      case 'message':
        return handlerOptions?.onInvalidMessage ?? consume.onInvalidMessage;
      case 'handler':
        return handlerOptions?.onError ?? consume.onError;
    }
  }

  private apply(policy: OutcomePolicy, failure: Failure): Verdict {
    const { error } = failure;
    const reason = errorText(error);
    switch (policy.kind) {
      case 'retry': {
        const delaySeconds = this.delayOf(policy, failure);
        return { outcome: { kind: 'retry', delaySeconds, error, wanted: false }, isFatal: false };
      }
      case 'discard':
        return { outcome: { kind: 'discard', reason, error }, isFatal: false };
      case 'dead-letter':
        return { outcome: { kind: 'dead-letter', reason, error }, isFatal: false };
      case 'crash':
        return { outcome: { kind: 'release', reason, error }, isFatal: true };
    }
  }

  /** Undefined, which leaves the message to its visibility timeout, also where a user's back-off throws. */
  private delayOf(policy: OutcomePolicy, { error, delivery }: Failure): number | undefined {
    const own = policy.kind === 'retry' ? policy.backoff : undefined;
    const backoff = own ?? this.parts.defaultBackoff;
    try {
      const answer: unknown = backoff(delivery.attempt, { error, delivery });
      return answer === undefined ? undefined : this.secondsOf(answer);
    } catch (cause) {
      this.complain('A back-off threw; the message comes back after its visibility timeout', cause);
      return undefined;
    }
  }

  /** Whole seconds that SQS accepts, whatever was answered. */
  private secondsOf(answer: unknown): number {
    if (typeof answer === 'number') return clampDelay(answer);
    if (answer instanceof Promise) answer.catch(() => {});
    const problem = new TypeError(
      `Expected a back-off to answer a number of seconds or undefined, got ${kindOf(answer)}.`,
    );
    this.complain('A back-off answered no number; the message comes back after 30 s', problem);
    return clampDelay(Number.NaN);
  }

  private complain(message: string, error: unknown): void {
    const { queue, logger } = this.parts;
    logger.error(message, { queue }, error);
  }
}

function kindOf(answer: unknown): string {
  return answer instanceof Promise ? 'a promise' : `a value of type ${typeof answer}`;
}
