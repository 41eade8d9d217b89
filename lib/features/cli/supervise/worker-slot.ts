import type { Clock, Timer } from '../../../contracts/index.js';
import type { ForkedProcess, ProcessExit } from '../host.js';
import type { StopSignal } from '../../../nest/index.js';
import type { AbortMessage } from './messages.js';
import { RestartDelay } from './restart-delay.js';

export interface WorkerSlotParts {
  /** From 1. */
  readonly number: number;
  readonly clock: Clock;
  readonly fork: () => ForkedProcess;
  /** Whether a process that ended is to be followed by another. */
  readonly shouldRestart: (exit: ProcessExit) => boolean;
  readonly onForked: (child: ForkedProcess) => void;
  readonly onResting: (exit: ProcessExit, pid: number | undefined, delayMs: number) => void;
  readonly onEnded: (exit: ProcessExit) => void;
}

/**
 * One of the worker processes, over all its lives.
 *
 * - IDLE: not begun. → RUNNING
 * - RUNNING: a process lives. → RESTING when it died and another is wanted; → ENDED otherwise
 * - RESTING: until the delay is over. → RUNNING; → ENDED when it is told to stop
 * - ENDED: for good.
 */
export class WorkerSlot {
  private readonly delay = new RestartDelay();
  private child: ForkedProcess | undefined;
  private timer: Timer | undefined;
  private isEnded = false;

  constructor(private readonly parts: WorkerSlotParts) {}

  get hasEnded(): boolean {
    return this.isEnded;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  begin(): void {
    if (this.isEnded) return;
    const { clock, fork, onForked } = this.parts;
    const startedAt = clock.now();
    const child = fork();
    this.child = child;
    onForked(child);
    const after = (exit: ProcessExit): void => this.died(exit, clock.now() - startedAt);
    child.exited.then(after, () => after({ code: 1, signal: null }));
  }

  /** Passes a signal on; a slot that rests has nothing to end. */
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    if (this.child !== undefined) this.child.kill(signal);
    else this.end({ code: 0, signal: null });
  }

  /** The second signal: by both ways, as the system may make one of two signals that follow each other. */
  abort(signal: StopSignal): void {
    const message: AbortMessage = { type: 'abort', signal };
    this.child?.send(message);
    this.signal(signal);
  }

  private died(exit: ProcessExit, livedMs: number): void {
    const pid = this.child?.pid;
    this.child = undefined;
    if (!this.parts.shouldRestart(exit)) return this.end(exit);
    const delayMs = this.delay.nextMs(livedMs);
    this.parts.onResting(exit, pid, delayMs);
    this.timer = this.parts.clock.setTimer(() => this.begin(), delayMs);
  }

  private end(exit: ProcessExit): void {
    this.timer?.cancel();
    if (this.isEnded) return;
    this.isEnded = true;
    this.parts.onEnded(exit);
  }
}
