import { lastValueFrom } from 'rxjs';
import type { Clock, Timer } from '../contracts/clock.js';
import { InvalidMessageDataError, TaskTimeoutError } from '../contracts/errors/index.js';
import type {
  BatchTaskHandler,
  DataCheck,
  TaskHandler,
  TaskHandlerOptions,
} from '../contracts/handlers.js';
import type { SqsTaskInterceptor, TaskScope } from '../contracts/interceptors.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { ReplyPort } from '../contracts/replies.js';
import type { Outcome } from '../contracts/task.js';
import { LifeWatch } from '../primitives/life-watch.js';
import { BatchMeeting } from './batch-meeting.js';
import type { Classifier, Failure } from './classifier.js';
import type { Delivery } from './delivery.js';
import type { LastAttempt } from './last-attempt.js';
import type { RunnablePlan, SinglePlan } from './planner.js';
import { taskChain } from './task-chain.js';

export interface ExecutorParts {
  interceptors: readonly SqsTaskInterceptor[];
  replies?: ReplyPort | undefined;
  /** @default none */
  taskScope?: TaskScope | undefined;
  classifier: Classifier;
  lastAttempt: LastAttempt;
  consume: ResolvedConsumeOptions;
  clock: Clock;
  /** `ack: 'before'`: deletes the message; true once SQS has confirmed it. */
  acknowledge(delivery: Delivery): Promise<boolean>;
  /** A policy chose `crash()`. */
  onFatal(error: unknown): void;
}

/**
 * Runs deliveries and says how each ended. Never throws: whatever fails on the way, the answer is an outcome.
 *
 * | step                                  | in                        | where it fails                   |
 * |---------------------------------------|---------------------------|----------------------------------|
 * | decode the message                    | `Planner`                 | place `message`                  |
 * | find its handler                      | `Planner`                 | place `lookup`                   |
 * | open the way to who waits for a reply | `Planner`                 | place `message`                  |
 * | enter the task context                | `throughChain`            | place `handler`                  |
 * | run hooks and interceptors            | `throughChain`            | place `handler`                  |
 * | check the data by the schema          | `afterCheck`              | refused: place `message`; the schema throws: place `handler` |
 * | `ack: 'before'`: delete               | `runHandler`              | released                         |
 * | call the handler within its limits    | `runHandler`, `callBatch` | place `handler`                  |
 * | reply                                 | `concluded`               | place `handler`                  |
 *
 * A batch goes through the same steps, each of its deliveries by itself; they meet where the handler is called.
 */
export class Executor {
  constructor(private readonly parts: ExecutorParts) {}

  /** Runs one delivery inside the task chain. */
  run(delivery: Delivery, plan: SinglePlan): Promise<Outcome> {
    if (plan.kind === 'remembered' || plan.kind === 'ignored') return Promise.resolve(done);
    if (plan.kind === 'lost') return Promise.resolve(lostBeforeStart);
    return this.concluded(delivery, optionsOf(plan), () => this.runPlan(delivery, plan));
  }

  /** Runs many deliveries with one call of their handler; each has its own chain around it. */
  async runBatch(deliveries: readonly Delivery[], handler: BatchTaskHandler): Promise<Outcome[]> {
    const { taskScope = noScope } = this.parts;
    const data = new Map<Delivery, unknown>();
    // Whoever comes last to the meeting starts the handler, which must not run in that one's scope.
    const meeting = new BatchMeeting(deliveries.length, (present) =>
      taskScope({}, () => this.callBatch(present, data, handler), 0),
    );
    const joined = (delivery: Delivery, own: unknown): Promise<Outcome> => {
      data.set(delivery, own);
      return meeting.join(delivery);
    };
    const runOne = async (delivery: Delivery): Promise<Outcome> => {
      try {
        if (this.isLost(delivery)) return lostBeforeStart;
        return await this.concluded(delivery, handler.options, () =>
          this.afterCheck(delivery, handler, (own) => joined(delivery, own)),
        );
      } finally {
        meeting.leave(delivery);
      }
    };
    return Promise.all(deliveries.map(runOne));
  }

  private isLost({ lease }: Delivery): boolean {
    return lease.isLostAt(this.parts.clock.now());
  }

  private isRequest({ packet }: Delivery): boolean {
    return packet?.replyTo !== undefined && this.parts.replies !== undefined;
  }

  /** The chain around `core`, then the reply: a request is settled only once its reply was accepted. Never rejects. */
  private async concluded(
    delivery: Delivery,
    handlerOptions: TaskHandlerOptions | undefined,
    core: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const classify = (error: unknown): Outcome =>
      this.failed({ error, place: 'handler', delivery, handlerOptions });
    try {
      const chosen = await this.throughChain(delivery, core, classify);
      const outcome = this.final(delivery, chosen, handlerOptions);
      if (this.isRequest(delivery)) await this.parts.replies?.close(delivery, outcome);
      return outcome;
    } catch (error) {
      return classify(error);
    }
  }

  private throughChain(
    delivery: Delivery,
    core: () => Promise<Outcome>,
    classify: (error: unknown) => Outcome,
  ): Promise<Outcome> {
    const { taskScope, interceptors } = this.parts;
    const work = (): Promise<Outcome> =>
      interceptors.length === 0
        ? core()
        : lastValueFrom(taskChain(interceptors, { delivery, core, classify }));
    return taskScope === undefined ? work() : taskScope(delivery.context, work, delivery.priority);
  }

  /** An interceptor may choose what cannot be any more: a retry of what is deleted, or after the last attempt. */
  private final(
    delivery: Delivery,
    outcome: Outcome,
    handlerOptions: TaskHandlerOptions | undefined,
  ): Outcome {
    if (outcome.kind === 'success' || outcome.kind === 'discard') return outcome;
    if (delivery.isSettled) return lostByChoice(outcome.error);
    return this.parts.lastAttempt.outcomeOf(outcome, delivery, handlerOptions);
  }

  private async runPlan(delivery: Delivery, plan: RunnablePlan): Promise<Outcome> {
    switch (plan.kind) {
      case 'task':
        return this.afterCheck(delivery, plan.handler, (data) =>
          this.runHandler(delivery, plan.handler, data),
        );
      case 'refused':
        return this.failed({ ...plan, delivery });
      case 'expired':
        return { kind: 'discard', reason: 'expired: nobody waits for it any more' };
    }
  }

  /** Goes on with what the handler's schema makes of the data, or with the data as they are. */
  private afterCheck(
    delivery: Delivery,
    { check, options }: { check?: DataCheck | undefined; options: TaskHandlerOptions },
    goOn: (data: unknown) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (check === undefined) return goOn(delivery.data);
    return this.checked(delivery, { check, options }, goOn);
  }

  private async checked(
    delivery: Delivery,
    handler: { check: DataCheck; options: TaskHandlerOptions },
    goOn: (data: unknown) => Promise<Outcome>,
  ): Promise<Outcome> {
    const judged = await this.judged(delivery, handler);
    return 'refusal' in judged ? judged.refusal : goOn(judged.data);
  }

  private async judged(
    delivery: Delivery,
    { check, options: handlerOptions }: { check: DataCheck; options: TaskHandlerOptions },
  ): Promise<{ data: unknown } | { refusal: Outcome }> {
    const timer = this.startTimeout([delivery], handlerOptions);
    try {
      const verdict = await check(delivery);
      if (verdict.issues === undefined) return { data: verdict.value };
      const { pattern, queue } = delivery;
      const error = new InvalidMessageDataError({ pattern, queue, issues: verdict.issues });
      return { refusal: this.failed({ error, place: 'message', delivery, handlerOptions }) };
    } catch (error) {
      // The schema has failed, not the data: nobody knows whether these fit.
      return { refusal: this.failed({ error, place: 'handler', delivery, handlerOptions }) };
    } finally {
      timer?.cancel();
    }
  }

  private async runHandler(
    delivery: Delivery,
    handler: TaskHandler,
    data: unknown,
  ): Promise<Outcome> {
    const ack = handler.options.ack ?? this.parts.consume.ack;
    if (ack === 'before' && !(await this.parts.acknowledge(delivery))) return notAcknowledged;
    const timer = this.startTimeout([delivery], handler.options);
    const watch = this.watchLife(delivery, handler);
    try {
      const value = await handler.run(delivery, data);
      if (ack === 'manual' && !delivery.isAcked) return this.notAcked(delivery, handler.options);
      return { kind: 'success', value };
    } catch (error) {
      return this.failed({ error, place: 'handler', delivery, handlerOptions: handler.options });
    } finally {
      timer?.cancel();
      watch?.stop();
    }
  }

  /** A handler on this event loop cannot be ended: its signal is aborted. Where it is isolated, its runner watches. */
  private watchLife(delivery: Delivery, { options }: TaskHandler): LifeWatch | undefined {
    const { hardTimeoutMs, silenceTimeoutMs, isAlive, isolate } = options;
    const isUnlimited = (hardTimeoutMs ?? silenceTimeoutMs ?? isAlive) === undefined;
    if (isolate !== undefined || isUnlimited) return undefined;
    const watch = new LifeWatch({
      limits: options,
      delivery,
      clock: this.parts.clock,
      onOver: (error) => delivery.abort(error),
    });
    delivery.onProgress = (value) => watch.progress(value);
    return watch;
  }

  /** `ack: 'manual'` and no `ctx.ack()`: the same as asking for a retry. */
  private notAcked(delivery: Delivery, handlerOptions: TaskHandlerOptions): Outcome {
    const error = new Error('The handler returned without ctx.ack().');
    const outcome = this.failed({ error, place: 'handler', delivery, handlerOptions });
    return outcome.kind === 'retry' ? { ...outcome, wanted: true } : outcome;
  }

  private async callBatch(
    deliveries: readonly Delivery[],
    data: ReadonlyMap<Delivery, unknown>,
    handler: BatchTaskHandler,
  ): Promise<Map<Delivery, Outcome>> {
    const timer = this.startTimeout(deliveries, handler.options);
    const failed = (delivery: Delivery, error: unknown): Outcome =>
      this.failed({ error, place: 'handler', delivery, handlerOptions: handler.options });
    try {
      const errors = await handler.run(
        deliveries,
        deliveries.map((delivery) => data.get(delivery)),
      );
      const outcomeOf = (delivery: Delivery): Outcome => {
        const { id } = delivery.message;
        return errors.has(id) ? failed(delivery, errors.get(id)) : done;
      };
      return new Map(deliveries.map((delivery) => [delivery, outcomeOf(delivery)]));
    } catch (error) {
      return new Map(deliveries.map((delivery) => [delivery, failed(delivery, error)]));
    } finally {
      timer?.cancel();
    }
  }

  private startTimeout(
    deliveries: readonly Delivery[],
    options: TaskHandlerOptions,
  ): Timer | undefined {
    const timeoutMs = options.timeoutMs ?? this.parts.consume.timeoutMs;
    if (timeoutMs === undefined) return undefined;
    return this.parts.clock.setTimer(() => {
      for (const delivery of deliveries) delivery.abort(new TaskTimeoutError({ timeoutMs }));
    }, timeoutMs);
  }

  /** What a failure comes to. Never throws. */
  private failed(failure: Failure): Outcome {
    const { classifier, onFatal } = this.parts;
    const { error, delivery } = failure;
    if (delivery.isSettled) return lostByChoice(error);
    try {
      const { outcome, isFatal } = classifier.classify(failure);
      if (isFatal) onFatal(error);
      return outcome;
    } catch {
      // Whatever could not be decided, the message comes back when its visibility timeout ends.
      return { kind: 'retry', delaySeconds: undefined, error, wanted: false };
    }
  }
}

function optionsOf(plan: RunnablePlan): TaskHandlerOptions | undefined {
  switch (plan.kind) {
    case 'task':
      return plan.handler.options;
    case 'refused':
      return plan.handlerOptions;
    case 'expired':
      return undefined;
  }
}

const done: Outcome = { kind: 'success' };

const lostBeforeStart: Outcome = {
  kind: 'release',
  reason: 'its lease ended before it could start; SQS gives it again',
};

const notAcknowledged: Outcome = {
  kind: 'release',
  reason: 'its delete was not confirmed, and ack: before runs only what is deleted',
};

function lostByChoice(error: unknown): Outcome {
  return { kind: 'discard', reason: 'it failed after ack: before had deleted it', error };
}

const noScope: TaskScope = (_context, work) => work();
