import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Nobody has to watch: what hangs is ended, and the exit code says so. */
const TIME_LIMIT_MS = 60_000;

/** `node_modules/.bin/nestjs-sqs …`, in a folder of the samples. */
export class Command {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;
  private readonly waiting = new Set<() => void>();

  constructor(folder: URL, args: readonly string[], stderr: 'inherit' | 'ignore' = 'inherit') {
    this.child = spawn(process.execPath, [binary(), ...args], {
      cwd: fileURLToPath(folder),
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      stdio: ['ignore', 'pipe', stderr],
      timeout: TIME_LIMIT_MS,
    });
    this.ended = once(this.child, 'close');
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.hear(line));
    this.child.once('close', () => this.tellAll());
  }

  /** Resolves once so many lines match. */
  async said(pattern: RegExp, count = 1): Promise<string[]> {
    for (;;) {
      const found = this.lines.filter((line) => pattern.test(line));
      if (found.length >= count) return found;
      if (this.child.exitCode !== null) throw new Error(`It never said ${String(pattern)}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Ctrl-C; resolves with the exit code. */
  async interrupt(): Promise<unknown> {
    this.child.kill('SIGINT');
    return this.end();
  }

  async end(): Promise<unknown> {
    const [code, signal] = await this.ended;
    return code ?? signal;
  }

  private hear(line: string): void {
    this.lines.push(line);
    this.tellAll();
  }

  private tellAll(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** Where the installed package has its command. */
function binary(): string {
  const manifest = new URL(import.meta.resolve('nestjs-sqs-tasks/package.json'));
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
  return fileURLToPath(new URL(bin['nestjs-sqs'] ?? '', manifest));
}
