import type { Clock } from '../contracts/clock.js';
import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { SendOptions, SendResult, TaskTarget } from '../contracts/sending.js';
import type { TaskContract } from '../contracts/task-contract.js';
import { deferred } from '../primitives/deferred.js';
import { collectSends, type RunningSend } from './collect-sends.js';
import { HeldMessages, type SendPrepared } from './held-messages.js';
import type { RequestTarget } from './send-pipeline.js';

/** What `batch()` gives to its callback. */
export interface SendBatch {
  /** Adds a message; it leaves with nine others, or when 1 MiB is full, or at the end. */
  add<Input>(
    target: TaskContract<Input, unknown> | TaskTarget,
    data: NoInfer<Input>,
    options?: SendOptions,
  ): void;
}

export interface BatchScopeParts {
  clock: Clock;
  /** Starts a send that hands its message to `sendPrepared` once it is ready. */
  start(
    target: RequestTarget,
    data: unknown,
    options: SendOptions,
    sendPrepared: SendPrepared,
  ): Promise<SendResult>;
  sendPrepared: SendPrepared;
}

/** The sends of one `batch()` call, kept until they fill requests. */
export class BatchScope implements SendBatch {
  private readonly held: HeldMessages;
  private readonly sends: RunningSend[] = [];
  private readonly ready: Promise<void>[] = [];
  private readonly givenUp = deferred<never>();
  private hasEnded = false;

  constructor(private readonly parts: BatchScopeParts) {
    this.held = new HeldMessages((checked, ongoing) => {
      ongoing.release(parts.clock.now());
      return parts.sendPrepared(checked, ongoing);
    });
  }

  /** Waits for what fills it; rejects where it is given up before. */
  async during(filling: void | Promise<void>): Promise<void> {
    await Promise.race([filling, this.givenUp.promise]);
  }

  /** Whoever fills it is not waited for any more. */
  giveUp(reason: unknown): void {
    // Where it was filled by then, nobody listens.
    this.givenUp.promise.catch(() => {});
    this.givenUp.reject(reason);
  }

  add(target: RequestTarget & TaskTarget, data: unknown, options: SendOptions = {}): void {
    if (this.hasEnded) throw addedTooLate();
    const { queue, pattern } = target;
    const sending = this.startHeld(target, data, options);
    this.sends.push({ index: this.sends.length, queue, pattern, data, sending });
  }

  /** Sends what is left and answers all results, in the order of their adding. */
  async end(): Promise<SendResult[]> {
    this.hasEnded = true;
    await Promise.all(this.ready);
    this.held.releaseAll();
    return collectSends(this.sends);
  }

  /** What has not left is not sent. */
  async abandon(reason: unknown): Promise<void> {
    this.hasEnded = true;
    await Promise.all(this.ready);
    this.held.rejectAll(reason);
    await Promise.allSettled(this.sends.map((send) => send.sending));
  }

  private startHeld(
    target: RequestTarget,
    data: unknown,
    options: SendOptions,
  ): Promise<SendResult> {
    const { promise: ready, resolve: isReady } = deferred();
    this.ready.push(ready);
    const hold: SendPrepared = (checked, ongoing) => {
      ongoing.hold();
      const sent = this.held.hold(checked, ongoing);
      isReady();
      return sent;
    };
    const sending = this.parts.start(target, data, options, hold);
    // Its failure is read at the end of the scope; until then nobody else listens.
    sending.then(
      () => isReady(),
      () => isReady(),
    );
    return sending;
  }
}

function addedTooLate(): InvalidOptionsError {
  return new InvalidOptionsError({
    where: 'batch()',
    problems: ['add() was called after the batch had ended; await in the callback what it starts'],
  });
}
