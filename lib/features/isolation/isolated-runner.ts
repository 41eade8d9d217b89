import type {
  Clock,
  IsolatedJob,
  IsolateOptions,
  SqsLogger,
  TaskRunner,
} from '../../contracts/index.js';
import { loadTinypool, type TinypoolModule } from './load-tinypool.js';
import { MemberPool } from './member-pool.js';

export interface IsolatedRunnerParts {
  readonly clock: Clock;
  readonly logger: SqsLogger;
  /** Loads the pool library. @default the optional package `tinypool` */
  readonly load?: () => Promise<TinypoolModule>;
}

/** Runs isolated tasks: one pool for all handlers with equal `isolate` options. */
export class IsolatedRunner implements TaskRunner {
  private readonly pools = new Map<string, MemberPool>();
  private loading: Promise<TinypoolModule> | undefined;

  constructor(private readonly parts: IsolatedRunnerParts) {}

  async prepare(isolate: IsolateOptions): Promise<void> {
    await this.poolOf(isolate);
  }

  async run(job: IsolatedJob): Promise<unknown> {
    return (await this.poolOf(job.isolate)).run(job);
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
  }

  private async poolOf(isolate: IsolateOptions): Promise<MemberPool> {
    const { clock, logger, load = loadTinypool } = this.parts;
    this.loading ??= load();
    const tinypool = await this.loading;
    const key = keyOf(isolate);
    const found = this.pools.get(key);
    if (found !== undefined) return found;
    const pool = new MemberPool({ isolate, tinypool, clock, logger });
    this.pools.set(key, pool);
    return pool;
  }
}

/** Equal for equal options, in whatever order they stand. */
function keyOf(isolate: IsolateOptions): string {
  return JSON.stringify(Object.entries(isolate).toSorted(([a], [b]) => a.localeCompare(b)));
}
