import { concatMap, defer } from 'rxjs';
import type { Observable } from 'rxjs';
import type {
  Outcome,
  SqsTaskInterceptor,
  TaskChainHandler,
  TaskDelivery,
} from '../../contracts/index.js';
import type { BoundHook } from './bound-hook.js';

/** `@PreTask()` as a link of the task chain. */
export class PreTaskLink implements SqsTaskInterceptor {
  constructor(private readonly hook: BoundHook<[TaskDelivery]>) {}

  intercept(delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome> {
    return defer(() => this.hook.run(delivery)).pipe(concatMap(() => next.handle()));
  }
}

/** `@PostTask()` as a link of the task chain. */
export class PostTaskLink implements SqsTaskInterceptor {
  constructor(
    private readonly hook: BoundHook<[TaskDelivery, Outcome]>,
    private readonly on: 'success' | 'any',
  ) {}

  intercept(delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome> {
    return next.handle().pipe(concatMap((outcome) => this.tell(delivery, outcome)));
  }

  private async tell(delivery: TaskDelivery, outcome: Outcome): Promise<Outcome> {
    const isWanted = this.on === 'any' || outcome.kind === 'success';
    if (isWanted) await this.hook.runIsolated(delivery, outcome);
    return outcome;
  }
}

/** `@OnTaskError()` as a link of the task chain. */
export class TaskErrorLink implements SqsTaskInterceptor {
  constructor(private readonly hook: BoundHook<[unknown, TaskDelivery]>) {}

  intercept(delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome> {
    return next.handle().pipe(concatMap((outcome) => this.tell(delivery, outcome)));
  }

  private async tell(delivery: TaskDelivery, outcome: Outcome): Promise<Outcome> {
    if (isFailure(outcome)) await this.hook.runIsolated(outcome.error, delivery);
    return outcome;
  }
}

/** An outcome that something thrown led to, unless it was the handler asking for a retry. */
function isFailure(outcome: Outcome): outcome is Exclude<Outcome, { kind: 'success' }> {
  if (outcome.kind === 'success') return false;
  return outcome.kind === 'retry' ? !outcome.wanted : 'error' in outcome;
}
