import { EventEmitter } from 'node:events';
import type { ProcessHost, StopSignal } from '../../../lib/nest/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';

export interface FakeProcess extends ProcessHost {
  readonly clock: ManualClock;
  readonly exits: number[];
  readonly exitCodes: number[];
  signal(signal: StopSignal): void;
  listenerCount(): number;
}

/** A process that a test signals, and that notes how it would have ended. */
export function fakeProcess(): FakeProcess {
  const events = new EventEmitter();
  const exits: number[] = [];
  const exitCodes: number[] = [];
  return {
    clock: new ManualClock(),
    exits,
    exitCodes,
    on: (signal, listener) => void events.on(signal, listener),
    off: (signal, listener) => void events.off(signal, listener),
    setExitCode: (code) => void exitCodes.push(code),
    exit: (code) => void exits.push(code),
    signal: (signal) => void events.emit(signal, signal),
    listenerCount: () => events.listenerCount('SIGTERM') + events.listenerCount('SIGINT'),
  };
}
