import {
  ForbiddenReplyQueueError,
  InvalidTaskDataError,
  UndecodableMessageError,
  UnknownTaskError,
} from '../contracts/errors/index.js';
import type { TaskHandlerOptions } from '../contracts/handlers.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { Backoff, OutcomePolicy } from '../contracts/policies.js';
import { controlSignalOf, type ControlSignal, type Outcome } from '../contracts/task.js';
import { errorText } from '../primitives/error-text.js';
import type { Delivery } from './delivery.js';

export interface ClassifierParts {
  consume: ResolvedConsumeOptions;
  /** Used where a policy names none. */
  defaultBackoff: Backoff;
}

/** What went wrong, and what the handler that it went wrong in says about it. */
export interface Failure {
  error: unknown;
  delivery: Delivery;
  handlerOptions?: TaskHandlerOptions;
}

export interface Verdict {
  outcome: Outcome;
  /** The worker cannot go on: `onError: crash()`. */
  isFatal: boolean;
}

/** Turns an error into an outcome: what the handler asked for, else the handler's policy, else the worker's. */
export class Classifier {
  constructor(private readonly parts: ClassifierParts) {}

  classify(failure: Failure): Verdict {
    const control = controlSignalOf(failure.error);
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
    const delaySeconds = control.delaySeconds ?? this.delayOf(this.policyFor(failure), failure);
    return { kind: 'retry', delaySeconds, error, wanted: true };
  }

  private policyFor({ error, handlerOptions }: Failure): OutcomePolicy {
    const { consume } = this.parts;
    if (error instanceof UnknownTaskError) return consume.onUnknownTask;
    if (isInvalidMessage(error)) {
      return handlerOptions?.onInvalidMessage ?? consume.onInvalidMessage;
    }
    return handlerOptions?.onError ?? consume.onError;
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

  private delayOf(policy: OutcomePolicy, { error, delivery }: Failure): number | undefined {
    const own = policy.kind === 'retry' ? policy.backoff : undefined;
    const backoff = own ?? this.parts.defaultBackoff;
    return backoff(delivery.attempt, { error, delivery });
  }
}

function isInvalidMessage(error: unknown): boolean {
  return (
    error instanceof UndecodableMessageError ||
    error instanceof InvalidTaskDataError ||
    error instanceof ForbiddenReplyQueueError
  );
}
