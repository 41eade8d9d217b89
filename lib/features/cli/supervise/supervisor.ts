import type { Clock, Timer } from '../../../contracts/index.js';
import { exitCodeOf } from '../../../nest/worker/process-host.js';
import type { StopSignal } from '../../../nest/index.js';
import { deferred } from '../../../primitives/deferred.js';
import { EXIT_CODES } from '../exit-codes.js';
import type { ForkedProcess, ProcessExit } from '../host.js';
import { WorkerSlot } from './worker-slot.js';

/** Milliseconds that a process gets to drain and to close, beyond the time that it gives itself, before it is killed. */
const GRACE_MS = 2_000;
/** From the second signal to the kill; the processes themselves abort in 800 ms. */
const ABORT_MS = 850;

export interface SupervisorParts {
  readonly count: number;
  readonly clock: Clock;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly fork: () => ForkedProcess;
  /** A process was made: it is to be told what to do, and listened to. */
  readonly onForked: (child: ForkedProcess, number: number) => void;
  readonly say: (line: string) => void;
}

/**
 * Keeps worker processes running.
 *
 * - STARTING: the first process only. When it consumes, the others are started: → RUNNING. When it ends before, the app
 *   cannot start: → ENDED with its exit code.
 * - RUNNING: a process that dies is started again after a growing delay; one that ends by itself with 0 is not. All of
 *   them ended: → ENDED
 * - STOPPING: the first signal was passed on; processes drain and close. One that outlasts the time for both is killed.
 * - ABORTING: the second signal was passed on; what still lives after a moment is killed.
 * - ENDED
 */
export class Supervisor {
  private readonly slots: WorkerSlot[];
  private readonly ended = deferred<number>();
  private readonly exits: ProcessExit[] = [];
  private readonly signals: StopSignal[] = [];
  private isUp = false;
  private wasKilled = false;
  private deadline: Timer | undefined;

  constructor(private readonly parts: SupervisorParts) {
    this.slots = Array.from({ length: parts.count }, (_, index) => this.slot(index + 1));
  }

  /** Resolves with the exit code once every process has ended. */
  run(): Promise<number> {
    this.slots[0]?.begin();
    return this.ended.promise;
  }

  /** A process consumes: what starts, can start. */
  started(): void {
    if (this.isUp) return;
    this.isUp = true;
    if (this.signals.length > 0) return;
    for (const slot of this.slots.slice(1)) slot.begin();
  }

  /** The first one asks the processes to drain, the second insists. */
  signal(signal: StopSignal): void {
    this.signals.push(signal);
    if (this.signals.length > 2) return;
    const isFirst = this.signals.length === 1;
    this.parts.say(
      isFirst
        ? `${signal}: draining ${this.living} worker processes; again to abort.`
        : `${signal}: aborting ${this.living} worker processes.`,
    );
    const { drainTimeoutMs, closeTimeoutMs } = this.parts;
    this.killIn(isFirst ? drainTimeoutMs + closeTimeoutMs + GRACE_MS : ABORT_MS);
    for (const slot of this.slots) {
      if (isFirst) slot.signal(signal);
      else slot.abort(signal);
    }
  }

  private get living(): number {
    return this.slots.filter((slot) => slot.pid !== undefined).length;
  }

  private slot(number: number): WorkerSlot {
    const { clock, fork, onForked } = this.parts;
    return new WorkerSlot({
      number,
      clock,
      fork,
      onForked: (child) => onForked(child, number),
      shouldRestart: (exit) => this.shouldRestart(exit),
      onResting: (exit, pid, delayMs) => this.tellOfDeath(number, exit, pid, delayMs),
      onEnded: (exit) => this.slotEnded(exit),
    });
  }

  private shouldRestart(exit: ProcessExit): boolean {
    return this.isUp && this.signals.length === 0 && exit.code !== EXIT_CODES.ok;
  }

  private tellOfDeath(
    number: number,
    exit: ProcessExit,
    pid: number | undefined,
    delayMs: number,
  ): void {
    const how =
      exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
    this.parts.say(
      `Worker process ${number} (pid ${pid}) ${how}; another is started in ${delayMs / 1_000} s.`,
    );
  }

  private slotEnded(exit: ProcessExit): void {
    this.exits.push(exit);
    const waiting = this.slots.filter((slot) => !slot.hasEnded);
    // Before the first one consumed, the others have not begun.
    if (waiting.length > 0 && this.isUp) return;
    this.deadline?.cancel();
    this.ended.resolve(this.exitCode());
  }

  private killIn(ms: number): void {
    this.deadline?.cancel();
    this.deadline = this.parts.clock.setTimer(() => {
      this.wasKilled = true;
      for (const slot of this.slots) slot.signal('SIGKILL');
    }, ms);
  }

  private exitCode(): number {
    const [first, second] = this.signals;
    if (second !== undefined) return exitCodeOf(second);
    if (this.wasKilled) return first === undefined ? EXIT_CODES.failed : exitCodeOf(first);
    const codes = this.exits.map(({ code, signal }) => codeOf(code, signal, first));
    return codes.find((code) => code !== EXIT_CODES.ok) ?? EXIT_CODES.ok;
  }
}

/** A process that was still starting dies of the signal itself: it had taken nothing. */
function codeOf(code: number | null, signal: string | null, sent: StopSignal | undefined): number {
  if (code !== null) return code;
  return signal === sent ? EXIT_CODES.ok : EXIT_CODES.failed;
}
