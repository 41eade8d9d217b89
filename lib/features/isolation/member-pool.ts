import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Clock, IsolatedJob, IsolateOptions, SqsLogger } from '../../contracts/index.js';
import { ISOLATE_DEFAULTS } from '../../contracts/options/defaults.js';
import { pathOf } from '../../contracts/options/schema/index.js';
import { deferred } from '../../primitives/deferred.js';
import { errorText } from '../../primitives/error-text.js';
import { startableFile } from '../../primitives/own-files.js';
import { settledWithin } from '../../primitives/wait.js';
import { BundledPoolError, NotBegunError, PoolClosedError } from './isolation.errors.js';
import type { Pool, PoolOptions, TinypoolModule } from './load-tinypool.js';
import { MemberSlots } from './member-slots.js';
import { Members, type Member } from './members.js';
import type { CodeReference } from './protocol.js';
import { TaskRun } from './task-run.js';

/** Milliseconds that idle members get to end what they opened, and then to end themselves. */
const CLOSE_MS = 2_000;

export interface MemberPoolParts {
  readonly isolate: IsolateOptions;
  readonly tinypool: TinypoolModule;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

/** The threads or processes that share one set of `isolate` options. Members start when tasks come. */
export class MemberPool {
  private readonly pool: Pool;
  private readonly members: Members;
  private readonly slots: MemberSlots;
  private readonly runs = new Map<TaskRun, Promise<unknown>>();
  private readonly entry: string;
  private closing: Promise<void> | undefined;

  /** @throws BundledPoolError */
  constructor(private readonly parts: MemberPoolParts) {
    const { isolate, tinypool } = parts;
    this.entry = memberEntry();
    const size = isolate.size ?? availableParallelism();
    this.slots = new MemberSlots(size);
    this.pool = new tinypool.Tinypool(poolOptionsOf(isolate, size));
    this.members = new Members(this.pool);
    this.pool.on('error', (error) => this.memberFailed(error));
  }

  /** Waits for a member, and answers what its method answered. */
  async run(job: IsolatedJob): Promise<unknown> {
    for (;;) {
      await this.slots.take(job.delivery.signal);
      try {
        return await this.runNow(job);
      } catch (error) {
        if (!(error instanceof NotBegunError)) throw error;
        const reason = errorText(error.cause);
        const { handler } = job;
        this.parts.logger.warn(
          'A member of a pool was lost before it could begin a task: another one gets it',
          { handler, reason },
        );
      }
    }
  }

  /** Ends what still runs, lets idle members close what they opened, then ends them. Twice is the same as once. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** The slot is given back when the member is free, which the outcome does not wait for. */
  private async runNow(job: IsolatedJob): Promise<unknown> {
    if (this.closing !== undefined) {
      this.slots.give();
      throw new PoolClosedError();
    }
    const run = this.runOf(job);
    const outcome = run.outcome();
    this.runs.set(run, Promise.allSettled([outcome, run.freed]));
    void run.freed.then(() => {
      this.runs.delete(run);
      this.slots.give();
    });
    return outcome;
  }

  private async end(): Promise<void> {
    for (const run of this.runs.keys()) run.end(new PoolClosedError());
    await this.soon(Promise.allSettled(this.runs.values()));
    const members = this.members.all();
    await this.soon(Promise.all(members.map(closedBy)));
    await this.soon(Promise.all([this.pool.destroy(), ...members.map(({ ended }) => ended)]));
  }

  private soon(work: Promise<unknown>): Promise<boolean> {
    return settledWithin(work, CLOSE_MS, this.parts.clock);
  }

  private runOf(job: IsolatedJob): TaskRun {
    const { isolate, clock } = this.parts;
    return new TaskRun({
      job,
      code: codeOf(isolate),
      pool: this.pool,
      entry: this.entry,
      members: this.members,
      clock,
    });
  }

  /** One that had no task: idle, or before it could take its first. */
  private memberFailed(error: unknown): void {
    if (this.closing !== undefined) return;
    const reason = errorText(error);
    this.parts.logger.warn('A member of a pool ended outside of any task', { reason });
    // The pool would keep the task of one that could not start for ever.
    setImmediate(() => {
      const waiting = [...this.runs.keys()].filter((run) => run.isStarting);
      for (const run of waiting.slice(this.members.startingCount)) run.failToStart(error);
    });
  }
}

/** The first file of each member. Where the library runs from its sources, Node needs a loader for it. */
function memberEntry(): string {
  const entry = startableFile({ built: 'member.js', source: 'features/isolation/member/entry.ts' });
  if (entry === undefined) throw new BundledPoolError();
  return entry;
}

function codeOf(isolate: IsolateOptions): CodeReference {
  const kind = isolate.file === undefined ? 'module' : 'file';
  const url = pathToFileURL(pathOf(isolate[kind] ?? '')).href;
  return { kind, url, exportName: isolate.export };
}

function poolOptionsOf(isolate: IsolateOptions, size: number): PoolOptions {
  const { runtime, idleTimeoutMs = ISOLATE_DEFAULTS.idleTimeoutMs, heapLimitMb } = isolate;
  const isThread = runtime === 'thread';
  const options: PoolOptions = {
    runtime: isThread ? 'worker_threads' : 'child_process',
    minThreads: 0,
    maxThreads: size,
    idleTimeout: idleTimeoutMs,
    // With atomics an idle member would sleep in its event loop, and let its connections and timers starve.
    useAtomics: false,
    serialization: 'advanced',
    // The pool gives a process no environment but this.
    env: process.env as Record<string, string>,
  };
  const flags = execArgvOf(isolate);
  if (flags !== undefined) options.execArgv = flags;
  if (isThread && heapLimitMb !== undefined) {
    options.resourceLimits = { maxOldGenerationSizeMb: heapLimitMb };
  }
  return options;
}

function execArgvOf({ runtime, execArgv, heapLimitMb }: IsolateOptions): string[] | undefined {
  if (runtime === 'thread' || heapLimitMb === undefined) return execArgv && [...execArgv];
  return [...(execArgv ?? process.execArgv), `--max-old-space-size=${heapLimitMb}`];
}

/** Resolves once the member has closed what it opened, or is gone. */
async function closedBy({ line, ended }: Member): Promise<void> {
  if (line === undefined) return;
  const closed = deferred();
  line.onMessage = ({ kind }) => (kind === 'closed' ? closed.resolve() : undefined);
  line.send({ kind: 'close' });
  await Promise.race([closed.promise, ended]);
}
