import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { createInterface as createQuestions } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { processHost } from '../../nest/worker/process-host.js';
import { systemClock } from '../../primitives/system-clock.js';
import type { CliHost, ForkedProcess, Output, ParentChannel, ProcessExit } from './host.js';
import { launcherOf } from './launcher/launcher.js';
import { CHILD_COMMAND } from './supervise/child-command.js';
import { LiveLine } from './work/live-line.js';

/** The process that runs the command; `script` is what starts it again as a worker process. */
export function nodeHost(script: string): CliHost {
  outliveReaders();
  return {
    argv: process.argv.slice(2),
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    cpuCount: availableParallelism(),
    pid: process.pid,
    process: processHost,
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    launcher: () => launcherOf(systemClock),
    parent: process.send === undefined ? undefined : parentChannel(),
    liveLine,
    fork: (env) => new NodeWorkerProcess(script, env),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    isTerminal: stream.isTTY,
    write: (text) => void stream.write(text),
  };
}

function liveLine(): LiveLine | undefined {
  return process.stdout.isTTY ? new LiveLine(process.stdout, [process.stderr]) : undefined;
}

async function ask(question: string): Promise<string> {
  const questions = createQuestions({ input: process.stdin, output: process.stderr });
  try {
    return await questions.question(question);
  } finally {
    questions.close();
  }
}

/** Whoever read the output and was killed takes the other end of its pipes along: a worker is to drain, not to crash. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function parentChannel(): ParentChannel {
  return {
    send(message) {
      // A parent that is gone hears nothing; the disconnect has begun a drain.
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    onMessage(listener) {
      process.on('message', listener);
      return () => void process.off('message', listener);
    },
    onEnd(listener) {
      // A command that was killed while the app was being loaded.
      if (!process.connected) queueMicrotask(listener);
      process.once('disconnect', listener);
      return () => void process.off('disconnect', listener);
    },
  };
}

/**
 * A worker process, in a process group of its own: a Ctrl-C in the terminal reaches the command alone, which passes it
 * on, so that one Ctrl-C is one signal for each process.
 */
class NodeWorkerProcess implements ForkedProcess {
  readonly exited: Promise<ProcessExit>;
  private readonly child: ChildProcess;

  constructor(script: string, env: Readonly<Record<string, string>>) {
    this.child = fork(script, [CHILD_COMMAND], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...colors(), ...env },
    });
    this.exited = this.watch();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(message: unknown): void {
    if (this.child.connected) this.child.send(message as object, () => {});
  }

  onMessage(listener: (message: unknown) => void): void {
    this.child.on('message', listener);
  }

  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  private async watch(): Promise<ProcessExit> {
    const output = [
      passOn(this.child.stdout, process.stdout),
      passOn(this.child.stderr, process.stderr),
    ];
    const exit = await new Promise<ProcessExit>((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await Promise.all(output);
    return exit;
  }
}

/** Whole lines, so that those of several processes do not run into each other. */
async function passOn(from: Readable | null, to: NodeJS.WriteStream): Promise<void> {
  if (from === null) return;
  for await (const line of createInterface({ input: from })) to.write(`${line}\n`);
}

/** A pipe has no colours by itself; where it ends in a terminal it may have them. */
function colors(): Record<string, string> {
  const isPlain = process.env['NO_COLOR'] !== undefined || process.env['FORCE_COLOR'] !== undefined;
  return process.stdout.isTTY && !isPlain ? { FORCE_COLOR: '1' } : {};
}
