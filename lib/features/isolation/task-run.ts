import {
  LeaseLostError,
  TaskTimeoutError,
  type Clock,
  type IsolatedJob,
  type RunningDelivery,
} from '../../contracts/index.js';
import type { Timer } from '../../contracts/clock.js';
import { ISOLATE_DEFAULTS } from '../../contracts/options/defaults.js';
import { deferred } from '../../primitives/deferred.js';
import { errorText } from '../../primitives/error-text.js';
import { LifeWatch } from '../../primitives/life-watch.js';
import { systemClock } from '../../primitives/system-clock.js';
import { settledWithin, sleep } from '../../primitives/wait.js';
import { packed, unpacked } from './clone.js';
import { controlErrorOf } from './control-error.js';
import { errorOf, recordOf } from './error-record.js';
import {
  CannotCrossError,
  MemberCrashedError,
  MemberStartError,
  NotBegunError,
  type MemberEnd,
} from './isolation.errors.js';
import { openLine, type Line } from './line.js';
import type { Pool, RunOptions } from './load-tinypool.js';
import { MemberGoneError, type Member, type Members } from './members.js';
import type {
  CodeReference,
  DeliveryRecord,
  Ended,
  FromMember,
  Job,
  ToMember,
} from './protocol.js';

/** Milliseconds that a member which takes no more gets to close what it opened. */
const RETIRE_MS = 2_000;

/** Milliseconds within which a member that is free has to answer: what an earlier task left behind may keep it. */
const PROOF_MS = 5_000;

/** Milliseconds that a message between two threads or processes may take on a busy machine. */
const UNDER_WAY_MS = 1_000;

export interface TaskRunParts {
  readonly job: IsolatedJob;
  readonly code: CodeReference;
  readonly pool: Pool;
  /** Path of the members' code. */
  readonly entry: string;
  readonly members: Members;
  readonly clock: Clock;
}

/**
 * One task in a member. It is
 * - STARTING until a member has said hello, which shows that its event loop turns, was told to go, and has said that
 *   it starts. A member that is lost before has not begun the task: another one gets it. Meanwhile members that had a
 *   task before and do not answer are ended;
 * - RUNNING until the member says how the task ended;
 * - ENDING from the moment it has to be over: the member hears of it, and is ended after the grace time;
 * - OVER once the result is there, or the member has really ended. Only then may the task run anywhere else;
 * - FREED once the member has shown that it can take another task, or has ended: what a task leaves behind to block or
 *   crash it does so now, and harms no other task.
 */
export class TaskRun {
  private readonly line: Line;
  private readonly kill = new AbortController();
  private readonly result = deferred<Ended>();
  private readonly retired = deferred<void>();
  private watch: LifeWatch | undefined;
  private member: Member | undefined;
  /** A process listens only from its hello on. */
  private readonly unsaid: ToMember[] = [];
  private reason: unknown;
  private grace: Timer | undefined;
  private proof: Timer | undefined;
  private hasBegun = false;
  private readonly start = deferred();
  private isSettled = false;
  /** Undefined until it says how the task ended. */
  private isLast: boolean | undefined;
  /** A member that had a task before gets this one, if any is free. */
  private wasOfferedToUsed = false;
  private isOffered = false;
  private lossesBefore = 0;
  private readonly free = deferred();

  constructor(private readonly parts: TaskRunParts) {
    this.line = openLine(parts.job.isolate.runtime);
    this.line.onMessage = (message) => this.receive(message);
  }

  /** It waits for a member that starts. */
  get isStarting(): boolean {
    return this.member === undefined && !this.wasOfferedToUsed;
  }

  /** Its member can take another task, or has ended. Resolves after the outcome. */
  get freed(): Promise<void> {
    return this.free.promise;
  }

  /** Rejects with a `NotBegunError` where another member has to take it. */
  async outcome(): Promise<unknown> {
    const { delivery } = this.parts.job;
    delivery.onAbort = (error) => this.aborted(error);
    const pooled = this.give();
    this.watchAnew();
    this.watchStart();
    try {
      return valueOf(await this.ended(pooled), delivery);
    } finally {
      delivery.onAbort = undefined;
      this.isSettled = true;
      this.watch?.stop();
      this.grace?.cancel();
      this.taken();
      void this.waitUntilFree(pooled);
    }
  }

  /** It has to be over: first the member hears of it, then it is ended. */
  end(reason: unknown): void {
    if (this.grace !== undefined) return;
    const { job, clock } = this.parts;
    this.reason = reason;
    const graceMs = job.isolate.abortGraceMs ?? ISOLATE_DEFAULTS.abortGraceMs;
    this.grace = clock.setTimer(() => this.kill.abort(), graceMs);
  }

  failToStart(cause: unknown): void {
    this.reason = this.notStarted('its member ended before it could take the task', cause);
    this.kill.abort();
  }

  private async ended(pooled: Promise<unknown>): Promise<Ended> {
    try {
      const { promise } = this.result;
      return await Promise.race([promise, pooled.then(() => promise)]);
    } catch (error) {
      await this.member?.ended;
      await lastMessages();
      if (this.isLast !== undefined) return this.result.promise;
      throw await this.failure(error);
    }
  }

  /** The task is done, whatever becomes of its member. */
  private async waitUntilFree(pooled: Promise<unknown>): Promise<void> {
    const { member } = this;
    const isOver = pooled.then(
      () => {},
      () => member?.ended,
    );
    if (this.isLast === true) await this.retire();
    else if (this.isLast === false) await this.prove(isOver);
    await isOver;
    if (member !== undefined) member.isBusy = false;
    this.free.resolve();
  }

  private async prove(isOver: Promise<unknown>): Promise<void> {
    this.line.send({ kind: 'prove' });
    if (!(await settledWithin(isOver, PROOF_MS, this.parts.clock))) this.kill.abort();
  }

  private watchStart(): void {
    const { clock, members } = this.parts;
    this.proof = clock.setTimer(() => {
      void members
        .endSilent(() => this.timeToAnswer())
        .then(() => this.hasBegun || this.isSettled || this.watchStart());
    }, PROOF_MS);
  }

  /** Never less than a message takes on this machine, whatever clock the limits go by. */
  private async timeToAnswer(): Promise<void> {
    await Promise.all([sleep(this.parts.clock, PROOF_MS), sleep(systemClock, UNDER_WAY_MS)]);
  }

  private async give(): Promise<unknown> {
    const { pool, members, entry } = this.parts;
    const { port, channel, run } = this.line.opening;
    const options: RunOptions = { filename: entry, name: 'default', signal: this.kill.signal };
    if (port !== undefined) options.transferList = [port];
    if (channel !== undefined) options.channel = channel;
    const task = { job: this.packedJob(), port, run };
    this.wasOfferedToUsed = this.isOffered = members.offer();
    this.lossesBefore = members.idleLossCount;
    try {
      return pool.run(task, options);
    } catch (cause) {
      throw this.notStarted('no member could be started', cause);
    } finally {
      members.look();
    }
  }

  private packedJob(): Uint8Array {
    const { args, handler } = this.parts.job;
    try {
      return packed(this.jobForMember(), 'the task');
    } catch (error) {
      // Said again in the words of who wrote the method.
      args.forEach((arg, index) => packed(arg, `argument ${index + 1} of ${handler}`));
      throw error;
    }
  }

  private jobForMember(): Job {
    const { job, code } = this.parts;
    const { handler, contextAt, isolate } = job;
    return {
      handler,
      code,
      args: job.args,
      contextAt,
      delivery: deliveryRecordOf(job.delivery),
      recycle: { afterTasks: isolate.maxTasksPerMember, aboveMb: isolate.recycleAboveMb },
    };
  }

  private receive(message: FromMember): void {
    const { delivery } = this.parts.job;
    switch (message.kind) {
      case 'hello':
        return this.met(message.member);
      case 'pong':
        return this.parts.members.heard(message.member);
      case 'started':
        return this.started();
      case 'begun':
        return this.begun();
      case 'progress':
        return this.progressed(unpacked(message.value), delivery);
      case 'extend':
        return void this.extend(message.id, message.seconds);
      case 'ended':
        return this.told(message);
      case 'closed':
        return this.retired.resolve();
    }
  }

  private met(id: number): void {
    this.member = this.parts.members.find(id);
    if (this.member !== undefined) this.member.line = this.line;
    for (const message of this.unsaid.splice(0)) this.line.send(message);
    this.line.send({ kind: 'go' });
  }

  private started(): void {
    this.hasBegun = true;
    this.start.resolve();
    if (this.member !== undefined) this.member.isBusy = true;
    this.taken();
  }

  private say(message: ToMember): void {
    if (this.member !== undefined) this.line.send(message);
    else this.unsaid.push(message);
  }

  private told(ended: Ended): void {
    this.grace?.cancel();
    this.isLast = ended.isLast;
    this.result.resolve(ended);
  }

  /** What its member took to start does not count. */
  private begun(): void {
    if (this.reason === undefined) this.watchAnew();
  }

  private watchAnew(): void {
    const { job, clock } = this.parts;
    const { limits, delivery } = job;
    this.watch?.stop();
    this.watch = new LifeWatch({
      limits,
      delivery,
      clock,
      onOver: (error) => this.overTime(error),
    });
  }

  private overTime(error: Error): void {
    if (this.wasOfferedToUsed && !this.hasBegun) void this.overTimeUnbegun(error);
    else this.parts.job.delivery.abort(error);
  }

  /**
   * What keeps a member that was free is not what its next task has to answer for. Whether the start is only under way
   * is a matter of the machine's time, whatever clock the limits go by.
   */
  private async overTimeUnbegun(error: Error): Promise<void> {
    await settledWithin(this.start.promise, UNDER_WAY_MS, systemClock);
    if (this.hasBegun) this.parts.job.delivery.abort(error);
    else this.kill.abort();
  }

  private progressed(value: unknown, delivery: RunningDelivery): void {
    this.watch?.progress(value);
    delivery.progress(value);
  }

  private async extend(id: number, seconds: number): Promise<void> {
    try {
      await this.parts.job.delivery.extend(seconds);
      this.say({ kind: 'extended', id });
    } catch (error) {
      this.say({ kind: 'extended', id, error: recordOf(error) });
    }
  }

  private aborted(error: Error): void {
    this.say({ kind: 'abort', reason: recordOf(error) });
    if (!isOnlyTold(error)) this.end(error);
  }

  /** It takes no more: once it has closed what it opened, it is ended. */
  private async retire(): Promise<void> {
    await settledWithin(this.retired.promise, RETIRE_MS, this.parts.clock);
    this.kill.abort();
    await this.member?.ended;
  }

  /** What the task failed with, once its member has really ended. */
  private async failure(error: unknown): Promise<unknown> {
    const end = await this.member?.ended;
    if (this.reason !== undefined) return this.reason;
    if (isOurs(error)) return error;
    if (this.isLostUnbegun) return new NotBegunError(error);
    const { handler, isolate } = this.parts.job;
    // One that ended at once may not have said hello.
    const facts = end ?? (error instanceof MemberGoneError ? error.end : unknownEnd);
    return new MemberCrashedError({ handler, runtime: isolate.runtime, end: facts, cause: error });
  }

  private taken(): void {
    this.proof?.cancel();
    if (this.isOffered) this.parts.members.taken();
    this.isOffered = false;
  }

  /** A member that had a task before was lost before this one began. One that never had any could not start. */
  private get isLostUnbegun(): boolean {
    if (this.hasBegun) return false;
    return this.wasOfferedToUsed || this.parts.members.idleLossCount > this.lossesBefore;
  }

  private notStarted(problem: string, cause: unknown): MemberStartError {
    const { handler } = this.parts.job;
    return new MemberStartError({ handler, problem: `${problem}: ${errorText(cause)}`, cause });
  }
}

/** What a member said before it ended may come after the news of its end. */
async function lastMessages(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

const unknownEnd: MemberEnd = { code: null, signal: null };

/** It never reached a member. */
function isOurs(error: unknown): boolean {
  return error instanceof CannotCrossError || error instanceof MemberStartError;
}

/** Past its `timeoutMs`, or with a lost lease, a task may still come to a good end, and that counts. */
function isOnlyTold(error: Error): boolean {
  if (error instanceof LeaseLostError) return error.because !== 'cap';
  return error instanceof TaskTimeoutError;
}

function deliveryRecordOf(delivery: RunningDelivery): DeliveryRecord {
  const { queue, priority, pattern, context, meta, attempt, message, signal } = delivery;
  return {
    queue,
    priority,
    pattern,
    context,
    meta,
    attempt,
    message: message.raw,
    attributes: message.attributes,
    receiveCount: message.receiveCount,
    sentAt: message.sentAt,
    aborted: signal.aborted ? recordOf(signal.reason) : undefined,
  };
}

function valueOf({ result, isAcked }: Ended, delivery: RunningDelivery): unknown {
  if (isAcked) delivery.ack();
  if ('error' in result) throw errorOf(result.error, controlErrorOf);
  return unpacked(result.value);
}
