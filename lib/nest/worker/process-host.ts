import type { Clock } from '../../contracts/index.js';
import { exitProcess } from '../../primitives/exit-process.js';
import { systemClock } from '../../primitives/system-clock.js';

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** What running a worker touches of its process. */
export interface ProcessHost {
  readonly clock: Clock;
  on(signal: StopSignal, listener: (signal: StopSignal) => void): void;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): void;
  /** The code to end with, when the process ends by itself. */
  setExitCode(code: number): void;
  exit(code: number): void;
}

export const processHost: ProcessHost = {
  clock: systemClock,
  on: (signal, listener) => void process.on(signal, listener),
  off: (signal, listener) => void process.off(signal, listener),
  setExitCode: (code) => void (process.exitCode = code),
  exit: exitProcess,
};

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const satisfies Record<StopSignal, number>;

/** The code by which shells tell that a signal ended a process: 130 and 143. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + SIGNAL_NUMBERS[signal];
}
