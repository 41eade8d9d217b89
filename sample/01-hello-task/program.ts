import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Nobody has to watch: what hangs is ended, and the exit code says so. */
const TIME_LIMIT_MS = 60_000;

/** A file of this folder in a process of its own; every line it prints gets its name in front. */
export class Program {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(
    private readonly name: string,
    env: NodeJS.ProcessEnv,
  ) {
    this.child = fork(new URL(`./${name}.js`, import.meta.url), {
      // The AWS SDK's notice about Node 20 is not what this sample is about.
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: TIME_LIMIT_MS,
    });
    this.ended = this.watchEnd(this.passOn(this.child.stdout), this.passOn(this.child.stderr));
    // Read by `end()` later; a failure before that is not unhandled.
    this.ended.catch(() => undefined);
    say('launcher', `started the ${name}`);
  }

  /** What it tells first, by `process.send()`. */
  firstMessage(): Promise<string> {
    const told = once(this.child, 'message').then(([message]) => String(message));
    const ended = this.ended.then(() => Promise.reject(new Error(`The ${this.name} told nothing`)));
    return Promise.race([told, ended]);
  }

  /** Closes the channel: for the web app, the sign to end. */
  letGo(): void {
    if (this.child.connected) this.child.disconnect();
  }

  /** Resolves once it has ended well, and rejects once it has ended otherwise. */
  end(): Promise<void> {
    return this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Resolves once the last line is printed. */
  private async passOn(output: Readable | null): Promise<void> {
    if (output === null) return;
    for await (const line of createInterface(output)) say(this.name, line);
  }

  private async watchEnd(...outputs: Promise<void>[]): Promise<void> {
    const exit = once(this.child, 'exit');
    await Promise.all(outputs);
    const [code, signal] = (await exit) as [number | null, string | null];
    if (code !== 0) throw new Error(`The ${this.name} ended with ${signal ?? code}`);
  }
}

export function say(who: string, what: string): void {
  console.log(`[${who}] ${what}`);
}
