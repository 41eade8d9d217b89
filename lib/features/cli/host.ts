import type { Clock } from '../../contracts/index.js';
import type { ProcessHost } from '../../nest/index.js';
import type { LiveLine } from './work/live-line.js';

export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** What the command line touches of its process. */
export interface CliHost {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  readonly clock: Clock;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cpuCount: number;
  readonly pid: number;
  /** The last line of the terminal; undefined where the output is none. */
  liveLine(): LiveLine | undefined;
  /** Signals, and how the process ends. */
  readonly process: ProcessHost;
  /** Asks for one line; undefined where there is no terminal to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** What started this process, where its end is to end this one too. */
  launcher(): Launcher | undefined;
  /** The channel to the command that started this process as one of its workers. */
  readonly parent: ParentChannel | undefined;
  /** Starts a worker process, with more in its environment. */
  fork(env: Readonly<Record<string, string>>): ForkedProcess;
}

export interface Launcher {
  readonly pid: number;
  onEnd(listener: () => void): () => void;
}

export interface ParentChannel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** The command is gone; also where that was before somebody listened. */
  onEnd(listener: () => void): () => void;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ForkedProcess {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Resolves when it has ended and all of its output was passed on. */
  readonly exited: Promise<ProcessExit>;
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
}
