/**
 * Child processes for tests that kill. A fixture is a TypeScript or JavaScript file, run as it stands: `ts-loader.mjs`
 * transpiles it and what it imports from `lib/`. It tells its test what happens by writing lines.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  env?: Record<string, string>;
  args?: readonly string[];
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** All children of one test; `await children.stopAll()` in `afterEach`. */
export class Children {
  private readonly children = new Set<Child>();

  start(fixture: URL, options: ChildOptions = {}): Child {
    const child = new Child(fixture, options);
    this.children.add(child);
    return child;
  }

  /** Kills what still runs and waits for its end. */
  async stopAll(): Promise<void> {
    const ends = [...this.children].map((child) => child.stop());
    this.children.clear();
    await Promise.all(ends);
  }
}

export class Child {
  /** Resolves once it has ended and everything it wrote was read. */
  readonly exited: Promise<ChildExit>;
  /** Every line it wrote so far. */
  readonly lines: string[] = [];
  stderr = '';
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly searches = new Set<Search>();
  private readLines = 0;
  private end: ChildExit | undefined;

  constructor(fixture: URL, options: ChildOptions) {
    this.process = spawnNode(fixture, options);
    this.exited = this.watch();
    killWithUs.add(this);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /**
   * The next line that matches, of those behind the one that `line()` answered last.
   * @throws Error with all output where it ends without one
   */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      this.searches.add({ pattern, resolve, reject });
      this.search();
    });
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.process.stdin.write(`${line}\n`);
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal);
  }

  async stop(): Promise<ChildExit> {
    if (this.end === undefined) this.kill();
    return this.exited;
  }

  private watch(): Promise<ChildExit> {
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.search();
    });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // What is told to a child that is gone is lost with it.
    this.process.stdin.on('error', () => {});
    return new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code, signal) => resolve(this.ended({ code, signal })));
    });
  }

  private ended(exit: ChildExit): ChildExit {
    this.end = exit;
    killWithUs.delete(this);
    this.search();
    return exit;
  }

  private search(): void {
    for (const search of this.searches) {
      const found = this.lines.findIndex(
        (line, index) => index >= this.readLines && search.pattern.test(line),
      );
      if (found >= 0) this.found(search, found);
      else if (this.end !== undefined) this.notFound(search);
    }
  }

  private found(search: Search, index: number): void {
    this.searches.delete(search);
    this.readLines = index + 1;
    search.resolve(this.lines[index] ?? '');
  }

  private notFound(search: Search): void {
    this.searches.delete(search);
    const output = [...this.lines, this.stderr].join('\n');
    const end = `code ${this.end?.code}, signal ${this.end?.signal}`;
    search.reject(
      new Error(`No line matched ${search.pattern} before the end (${end}):\n${output}`),
    );
  }
}

interface Search {
  pattern: RegExp;
  resolve: (line: string) => void;
  reject: (error: Error) => void;
}

const register = new URL('./ts-register.mjs', import.meta.url).href;

function spawnNode(fixture: URL, { env, args = [] }: ChildOptions) {
  const flags = ['--enable-source-maps', '--import', register];
  return spawn(process.execPath, [...flags, fileURLToPath(fixture), ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** No child outlives the test run, not even one whose test forgot it. */
const killWithUs = new Set<Child>();
process.once('exit', () => killWithUs.forEach((child) => child.kill()));
