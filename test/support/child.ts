import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of its own that runs a TypeScript file; what it prints are its signals to the test. */
export interface Child {
  /** Every line so far. */
  readonly lines: readonly string[];
  readonly ended: Promise<ChildEnd>;
  /** Resolves once the child has printed this line. */
  printed(line: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function startChild(file: string, env: Record<string, string> = {}): Child {
  const child = spawn(process.execPath, ['test/support/run-ts.mjs', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const check of waiting) check();
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    lines,
    ended,
    printed: (line) => {
      const seen = new Promise<void>((resolve) => {
        const check = (): void => (lines.includes(line) ? resolve() : undefined);
        waiting.add(check);
        check();
      });
      const early = ended.then(() => {
        if (lines.includes(line)) return;
        throw new Error(
          `The child ended without printing "${line}". It printed: ${lines.join(' | ')}`,
        );
      });
      return Promise.race([seen, early]);
    },
    kill: (signal) => void child.kill(signal),
  };
}
