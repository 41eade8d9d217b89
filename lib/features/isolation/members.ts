import { deferred } from '../../primitives/deferred.js';
import type { MemberEnd } from './isolation.errors.js';
import type { Line } from './line.js';
import type { Pool, PoolMember } from './load-tinypool.js';

/** One thread or process of a pool. */
export interface Member {
  readonly id: number;
  /** Resolves once it has really ended. */
  readonly ended: Promise<MemberEnd>;
  /** To whatever it runs, or ran last. */
  line: Line | undefined;
}

/** Follows the members of one pool from their start to their end. */
export class Members {
  private readonly byId = new Map<number, Member>();
  private readonly seen = new WeakSet<PoolMember>();

  constructor(private readonly pool: Pool) {}

  /** Looks for new ones: the pool makes them while a task is given to it, and never else. */
  look(): void {
    for (const one of this.pool.threads) {
      if (this.seen.has(one)) continue;
      this.seen.add(one);
      this.follow(one);
    }
  }

  find(id: number): Member | undefined {
    return this.byId.get(id);
  }

  all(): Member[] {
    return [...this.byId.values()];
  }

  /** Those that had no task yet. */
  get startingCount(): number {
    const started = this.all()
      .filter(({ line }) => line !== undefined)
      .map(({ id }) => id);
    return this.pool.threads.filter(({ threadId }) => !started.includes(threadId)).length;
  }

  private follow(one: PoolMember): void {
    const end = deferred<MemberEnd>();
    const member: Member = { id: one.threadId, ended: end.promise, line: undefined };
    this.byId.set(member.id, member);
    one.once('exit', (code, signal = null) => {
      this.byId.delete(member.id);
      member.line?.close();
      end.resolve({ code, signal });
      this.tellPool(one, { code, signal });
    });
  }

  /** A thread that calls `process.exit()` ends without an error, and the pool would wait for it for ever. */
  private tellPool(one: PoolMember, end: MemberEnd): void {
    if (this.pool.threads.includes(one)) one.emit('error', new MemberGoneError(end));
  }
}

/** What the pool tells whoever waits for a member that ended without an error. */
export class MemberGoneError extends Error {
  constructor(readonly end: MemberEnd) {
    super(`It ended with exit code ${end.code}.`);
  }
}
