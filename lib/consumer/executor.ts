import { lastValueFrom } from 'rxjs';
import type { Clock, Timer } from '../contracts/clock.js';
import { decodeTask } from '../contracts/decoding-budget.js';
import { TaskTimeoutError, UnknownTaskError } from '../contracts/errors/index.js';
import type { CodecLookup, MessageFormat } from '../contracts/format.js';
import type {
  BatchTaskHandler,
  HandlerLookup,
  TaskHandler,
  TaskHandlerOptions,
} from '../contracts/handlers.js';
import type { SqsTaskInterceptor, TaskScope } from '../contracts/interceptors.js';
import type { ResolvedConsumeOptions } from '../contracts/options/index.js';
import type { ReplyPort, RequestFacts } from '../contracts/replies.js';
import type { Outcome } from '../contracts/task.js';
import { LifeWatch } from '../primitives/life-watch.js';
import { BatchMeeting } from './batch-meeting.js';
import type { Classifier } from './classifier.js';
import type { Delivery } from './delivery.js';
import { taskChain } from './task-chain.js';

export interface ExecutorParts {
  /** Name that handlers are looked up under. */
  queue: string;
  handlers: HandlerLookup;
  format: MessageFormat;
  codecs: CodecLookup;
  interceptors: readonly SqsTaskInterceptor[];
  replies?: ReplyPort | undefined;
  request: RequestFacts;
  /** @default none */
  taskScope?: TaskScope | undefined;
  classifier: Classifier;
  consume: ResolvedConsumeOptions;
  clock: Clock;
  /** `ack: 'before'`: deletes the message; true once SQS has confirmed it. */
  acknowledge(delivery: Delivery): Promise<boolean>;
  hasSucceeded(messageId: string): boolean;
  /** A policy chose `crash()`. */
  onFatal(error: unknown): void;
}

/** Who is to run a delivery; `error` says why nobody can. */
export type Plan =
  | { kind: 'task'; handler: TaskHandler }
  | { kind: 'batch'; handler: BatchTaskHandler }
  | { kind: 'refused'; error: unknown }
  | { kind: 'expired' }
  /** Its format says that it is no task. */
  | { kind: 'ignored' }
  /** It succeeded before, and SQS gave it again because it was not deleted. */
  | { kind: 'remembered' }
  /** Its lease ended while it waited: it may run elsewhere by now. */
  | { kind: 'lost' };

export type SinglePlan = Exclude<Plan, { kind: 'batch' }>;

/** Runs deliveries: decode, find the handler, let it run inside the task chain, and say how it ended. Never throws. */
export class Executor {
  constructor(private readonly parts: ExecutorParts) {}

  /** Decodes the message and finds its handler. */
  plan(delivery: Delivery): Plan {
    const { handlers, queue, hasSucceeded } = this.parts;
    if (hasSucceeded(delivery.message.id)) return { kind: 'remembered' };
    if (this.isLost(delivery)) return { kind: 'lost' };
    const raw = handlers.findRaw(queue);
    if (raw !== undefined) return { kind: 'task', handler: raw };
    try {
      return this.planDecoded(delivery);
    } catch (error) {
      return { kind: 'refused', error };
    }
  }

  /** Runs one delivery inside the task chain. */
  async run(delivery: Delivery, plan: SinglePlan): Promise<Outcome> {
    if (plan.kind === 'remembered' || plan.kind === 'ignored') return { kind: 'success' };
    if (plan.kind === 'lost') return lostBeforeStart;
    const outcome = await this.throughChain(delivery, () => this.runPlan(delivery, plan));
    return this.isRequest(delivery) ? this.replied(delivery, outcome) : outcome;
  }

  /** Runs many deliveries with one call of their handler; each has its own chain around it. */
  async runBatch(deliveries: readonly Delivery[], handler: BatchTaskHandler): Promise<Outcome[]> {
    const { taskScope = noScope } = this.parts;
    // Whoever comes last to the meeting starts the handler, which must not run in that one's scope.
    const meeting = new BatchMeeting(deliveries.length, (present) =>
      taskScope({}, () => this.callBatch(present, handler), 0),
    );
    const runOne = async (delivery: Delivery): Promise<Outcome> => {
      try {
        if (this.isLost(delivery)) return lostBeforeStart;
        const outcome = await this.throughChain(delivery, () => meeting.join(delivery));
        return this.isRequest(delivery) ? await this.replied(delivery, outcome) : outcome;
      } finally {
        meeting.leave(delivery);
      }
    };
    return Promise.all(deliveries.map(runOne));
  }

  private isLost({ lease }: Delivery): boolean {
    return lease.isLostAt(this.parts.clock.now());
  }

  private planDecoded(delivery: Delivery): Plan {
    const { format, codecs, handlers, queue, clock } = this.parts;
    const packet = decodeTask(format, delivery.message.raw, { queue, codecs });
    delivery.packet = packet;
    delivery.data = packet.data;
    if (packet.attributes !== undefined) delivery.message.unwrap(packet.attributes);
    if (packet.ignore === true) return { kind: 'ignored' };
    if (packet.expiresAt !== undefined && packet.expiresAt < clock.wallNow()) {
      return { kind: 'expired' };
    }
    if (this.isRequest(delivery)) this.parts.replies?.open(delivery, this.parts.request);
    const match = handlers.find(queue, packet.pattern);
    if (match !== undefined) return match;
    const facts = { pattern: packet.pattern, queue, known: handlers.patternsOf(queue) };
    return { kind: 'refused', error: new UnknownTaskError(facts) };
  }

  private isRequest({ packet }: Delivery): boolean {
    return packet?.replyTo !== undefined && this.parts.replies !== undefined;
  }

  /** A request is settled only once its reply was accepted. */
  private async replied(delivery: Delivery, outcome: Outcome): Promise<Outcome> {
    try {
      await this.parts.replies?.close(delivery, outcome);
      return outcome;
    } catch (error) {
      return this.classified({ error, delivery });
    }
  }

  private async throughChain(delivery: Delivery, core: () => Promise<Outcome>): Promise<Outcome> {
    const { taskScope } = this.parts;
    if (taskScope === undefined) return this.throughInterceptors(delivery, core);
    const work = () => this.throughInterceptors(delivery, core);
    return taskScope(delivery.context, work, delivery.priority);
  }

  private async throughInterceptors(
    delivery: Delivery,
    core: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const { interceptors } = this.parts;
    if (interceptors.length === 0) return core();
    const classify = (error: unknown): Outcome => this.classified({ error, delivery });
    try {
      return await lastValueFrom(taskChain(interceptors, { delivery, core, classify }));
    } catch (error) {
      return this.classified({ error, delivery });
    }
  }

  private async runPlan(
    delivery: Delivery,
    plan: Exclude<SinglePlan, { kind: 'remembered' | 'ignored' | 'lost' }>,
  ): Promise<Outcome> {
    switch (plan.kind) {
      case 'task':
        return this.runHandler(delivery, plan.handler);
      case 'refused':
        return this.classified({ error: plan.error, delivery });
      case 'expired':
        return { kind: 'discard', reason: 'expired: nobody waits for it any more' };
    }
  }

  private async runHandler(delivery: Delivery, handler: TaskHandler): Promise<Outcome> {
    const ack = handler.options.ack ?? this.parts.consume.ack;
    if (ack === 'before' && !(await this.parts.acknowledge(delivery))) return notAcknowledged;
    const timer = this.startTimeout([delivery], handler.options);
    const watch = this.watchLife(delivery, handler);
    try {
      const value = await handler.run(delivery);
      if (ack === 'manual' && !delivery.isAcked) return this.notAcked(delivery, handler.options);
      return { kind: 'success', value };
    } catch (error) {
      if (ack === 'before') return lostByChoice(error);
      return this.classified({ error, delivery, handlerOptions: handler.options });
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
    const outcome = this.classified({ error, delivery, handlerOptions });
    return outcome.kind === 'retry' ? { ...outcome, wanted: true } : outcome;
  }

  private async callBatch(
    deliveries: readonly Delivery[],
    handler: BatchTaskHandler,
  ): Promise<Map<Delivery, Outcome>> {
    const timer = this.startTimeout(deliveries, handler.options);
    const handlerOptions = handler.options;
    try {
      const errors = await handler.run(deliveries);
      const outcomeOf = (delivery: Delivery): Outcome => {
        if (!errors.has(delivery.message.id)) return { kind: 'success' };
        return this.classified({
          error: errors.get(delivery.message.id),
          delivery,
          handlerOptions,
        });
      };
      return new Map(deliveries.map((delivery) => [delivery, outcomeOf(delivery)]));
    } catch (error) {
      const classified = (delivery: Delivery): Outcome =>
        this.classified({ error, delivery, handlerOptions });
      return new Map(deliveries.map((delivery) => [delivery, classified(delivery)]));
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

  private classified(failure: Parameters<Classifier['classify']>[0]): Outcome {
    const { classifier, onFatal } = this.parts;
    try {
      const { outcome, isFatal } = classifier.classify(failure);
      if (isFatal) onFatal(failure.error);
      return outcome;
    } catch (backoffError) {
      // A user's back-off threw: the message still comes back, when its visibility timeout ends.
      return { kind: 'retry', delaySeconds: undefined, error: backoffError, wanted: false };
    }
  }
}

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
