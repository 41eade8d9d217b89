import {
  GatewayError,
  MoveTaskRefusedError,
  MoveTaskRunningError,
  type Clock,
  type MoveTaskStatus,
  type QueueHandle,
  type RedriveProgress,
  type RedriveReport,
} from '../../contracts/index.js';
import { pause } from '../../primitives/pause.js';
import { explain } from './explain.js';
import type { ResolvedRedrive } from './options.js';
import { patiently } from './patient.js';

export interface MoveTaskRedriveParts {
  /** The dead-letter queue. */
  readonly queue: QueueHandle;
  readonly sourceArn: string;
  /** Undefined: back to where the messages came from. */
  readonly destinationArn: string | undefined;
  readonly options: ResolvedRedrive;
  readonly clock: Clock;
  nameOf(arn: string): string;
}

const LOOKS_FOR_OURS = 5;
const never = new AbortController().signal;

/** Lets SQS move the messages, and follows its task to the end: one that ran already, or one that it starts. */
export class MoveTaskRedrive {
  private wasResumed = false;
  private hasCancelled = false;
  /** The newest task before ours was started. */
  private earlier: MoveTaskStatus | undefined;

  constructor(private readonly parts: MoveTaskRedriveParts) {}

  async run(): Promise<RedriveReport> {
    const running = await this.runningTask();
    this.wasResumed = running !== undefined;
    if (running !== undefined) this.checkDestination(running);
    else if (this.isCancelled) return this.report(unstarted(this.parts.sourceArn));
    else await this.start();
    return this.follow();
  }

  /** The task that runs; one that is being cancelled is waited for. */
  private async runningTask(): Promise<MoveTaskStatus | undefined> {
    for (;;) {
      const newest = await this.newest();
      if (newest?.status === 'RUNNING') return newest;
      this.earlier = newest;
      if (newest?.status !== 'CANCELLING') return undefined;
      await this.wait();
    }
  }

  private checkDestination({ destinationArn: runningTo }: MoveTaskStatus): void {
    const { queue, destinationArn, nameOf } = this.parts;
    if (runningTo === destinationArn) return;
    const [running, wanted] = [runningTo, destinationArn].map((arn) => arn && nameOf(arn));
    throw new MoveTaskRunningError({ queue: queue.name, runningTo: running, wanted });
  }

  private async start(): Promise<void> {
    const { queue, sourceArn, destinationArn, options, clock } = this.parts;
    const { maxMessagesPerSecond } = options;
    const request = {
      sourceArn,
      ...(destinationArn !== undefined && { destinationArn }),
      ...(maxMessagesPerSecond !== undefined && { maxMessagesPerSecond }),
    };
    try {
      await patiently(clock, () => queue.gateway.startMoveTask(request));
    } catch (error) {
      await this.joinOrRefuse(error);
    }
  }

  /** Another may have started one in the same moment, or the answer to our own request was lost. */
  private async joinOrRefuse(error: unknown): Promise<void> {
    if (!isRefusal(error)) throw explain(this.parts.queue.name, error);
    const running = isUnsupported(error) ? undefined : await this.runningTask();
    if (running === undefined) throw this.refused(error.message, 0, error);
    this.wasResumed = true;
    this.checkDestination(running);
  }

  private async follow(): Promise<RedriveReport> {
    try {
      return await this.followToEnd();
    } catch (error) {
      // The caller will hear no more of what it started, so that ends too; what it moved stays moved.
      if (!this.wasResumed) await Promise.allSettled([this.cancelRunning()]);
      throw error;
    }
  }

  private async followToEnd(): Promise<RedriveReport> {
    for (;;) {
      const task = await this.ours();
      this.parts.options.onProgress?.(progressOf(task));
      if (task.status === 'FAILED') {
        throw this.refused(task.failureReason ?? 'its move task failed', task.movedCount);
      }
      if (task.status === 'COMPLETED' || task.status === 'CANCELLED') return this.report(task);
      if (this.isCancelled) await this.cancel(task);
      await this.wait();
    }
  }

  /** A task that was just started may be listed a moment later. */
  private async ours(): Promise<MoveTaskStatus> {
    let newest = await this.newest();
    for (let look = 1; look < LOOKS_FOR_OURS && !this.isOurs(newest); look++) {
      await pause(this.parts.clock, this.parts.options.pollEveryMs, never);
      newest = await this.newest();
    }
    this.earlier = undefined;
    return newest ?? unstarted(this.parts.sourceArn);
  }

  private isOurs(task: MoveTaskStatus | undefined): boolean {
    if (task === undefined) return false;
    const { earlier } = this;
    return task.status === 'RUNNING' || earlier?.startedAt !== task.startedAt;
  }

  private async cancel({ taskHandle }: MoveTaskStatus): Promise<void> {
    if (taskHandle === undefined || this.hasCancelled) return;
    this.hasCancelled = true;
    const { queue, clock } = this.parts;
    try {
      await patiently(clock, () => queue.gateway.cancelMoveTask(taskHandle));
    } catch (error) {
      // It may have ended in the same moment: the next look tells how.
      if (!isRefusal(error)) throw explain(queue.name, error);
    }
  }

  private async cancelRunning(): Promise<void> {
    const newest = await this.newest();
    if (newest?.status === 'RUNNING') await this.cancel(newest);
  }

  private async newest(): Promise<MoveTaskStatus | undefined> {
    const { queue, sourceArn, clock } = this.parts;
    try {
      const [newest] = await patiently(clock, () => queue.gateway.listMoveTasks(sourceArn));
      return newest;
    } catch (error) {
      if (isUnsupported(error)) throw this.refused((error as Error).message, 0, error);
      throw explain(queue.name, error);
    }
  }

  /** Cut short by the signal, so that cancelling need not wait. */
  private wait(): Promise<void> {
    const { clock, options } = this.parts;
    const signal = this.isCancelled ? never : (options.signal ?? never);
    return pause(clock, options.pollEveryMs, signal);
  }

  private refused(reason: string, movedCount: number, cause?: unknown): MoveTaskRefusedError {
    return new MoveTaskRefusedError({ queue: this.parts.queue.name, reason, movedCount, cause });
  }

  private report(task: MoveTaskStatus): RedriveReport {
    return {
      ...progressOf(task),
      wasResumed: this.wasResumed,
      wasCancelled: task.status === 'CANCELLED',
      failures: [],
      undeletedCount: 0,
      hiddenCount: 0,
    };
  }

  private get isCancelled(): boolean {
    return this.parts.options.signal?.aborted === true;
  }
}

/** True where receiving and sending can do what the move task could not. */
export function canGoOnByHand(error: unknown): error is MoveTaskRefusedError {
  if (!(error instanceof MoveTaskRefusedError)) return false;
  return error.cause instanceof GatewayError || error.reason === 'CouldNotDetermineMessageSource';
}

function isRefusal(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError)) return false;
  return ['unsupported', 'invalid-request', 'queue-not-found', 'conflict'].includes(error.kind);
}

function isUnsupported(error: unknown): boolean {
  return error instanceof GatewayError && error.kind === 'unsupported';
}

function progressOf(task: MoveTaskStatus): RedriveProgress {
  return {
    way: 'move-task',
    movedCount: task.movedCount,
    toMoveCount: task.toMoveCount,
    skippedCount: 0,
    failedCount: 0,
  };
}

/** A task that is not listed: nothing was started. */
function unstarted(sourceArn: string): MoveTaskStatus {
  return { status: 'CANCELLED', sourceArn, movedCount: 0, startedAt: 0 };
}
