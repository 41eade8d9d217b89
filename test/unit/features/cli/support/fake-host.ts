import type { CliHost, Output } from '../../../../../lib/features/cli/host.js';
import { ManualClock } from '../../../../../lib/primitives/manual-clock.js';

export interface FakeHost extends CliHost {
  readonly out: () => string;
  readonly err: () => string;
  /** Sends a signal to the command. */
  signal(signal: 'SIGINT' | 'SIGTERM'): void;
  readonly exits: number[];
}

/** A command line without a process. */
export function fakeHost(facts: Partial<CliHost> = {}): FakeHost {
  const [stdout, stderr] = [recorded(), recorded()];
  const listeners = new Map<string, Set<(signal: 'SIGINT' | 'SIGTERM') => void>>();
  const exits: number[] = [];
  const listenersOf = (signal: string) => {
    const known = listeners.get(signal) ?? new Set();
    listeners.set(signal, known);
    return known;
  };
  const clock = new ManualClock();
  return {
    argv: [],
    cwd: '.',
    env: {},
    clock,
    stdout,
    stderr,
    cpuCount: 2,
    pid: 1,
    process: {
      clock,
      on: (signal, listener) => void listenersOf(signal).add(listener),
      off: (signal, listener) => void listenersOf(signal).delete(listener),
      setExitCode: () => {},
      exit: (code) => void exits.push(code),
    },
    ask: undefined,
    launcher: () => undefined,
    parent: undefined,
    liveLine: () => undefined,
    fork: () => {
      throw new Error('nothing is forked here');
    },
    ...facts,
    out: () => stdout.text,
    err: () => stderr.text,
    signal: (signal) => listenersOf(signal).forEach((listener) => listener(signal)),
    exits,
  };
}

function recorded(): Output & { text: string } {
  return {
    isTerminal: false,
    text: '',
    write(text) {
      this.text += text;
    },
  };
}
