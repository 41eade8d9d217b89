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
  /** It has started a task, and has not shown that it is free again. */
  isBusy: boolean;
}

/** Follows the members of one pool from their start to their end. */
export class Members {
  private readonly byId = new Map<number, Member>();
  private readonly pooled = new Map<number, PoolMember>();
  private readonly answered = new Set<number>();
  /** Tasks that idle members were given and have not confirmed. */
  private offeredCount = 0;
  /** Those that ended while they had no task. */
  idleLossCount = 0;
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

  /** True where the pool gives the next task to an idle member. To be ended by one `taken()`. */
  offer(): boolean {
    const isOffered = this.all().filter(isIdle).length > this.offeredCount;
    if (isOffered) this.offeredCount++;
    return isOffered;
  }

  /** The member that a task was offered to has it, or was lost. */
  taken(): void {
    this.offeredCount--;
  }

  /** Its event loop turns. */
  heard(id: number): void {
    this.answered.add(id);
  }

  /**
   * Ends the idle members whose event loop does not answer: what an earlier task left behind keeps them, and the pool
   * may have given the next task to one of them.
   */
  async endSilent(wait: () => Promise<void>): Promise<void> {
    const asked = this.all().filter(isIdle);
    for (const { id, line } of asked) {
      this.answered.delete(id);
      line?.send({ kind: 'ping' });
    }
    await wait();
    const silent = asked.filter((member) => isIdle(member) && !this.answered.has(member.id));
    await Promise.all(silent.map(async ({ id }) => this.pooled.get(id)?.terminate()));
  }

  private follow(one: PoolMember): void {
    const end = deferred<MemberEnd>();
    const member: Member = {
      id: one.threadId,
      ended: end.promise,
      line: undefined,
      isBusy: false,
    };
    this.byId.set(member.id, member);
    this.pooled.set(member.id, one);
    one.once('exit', (code, signal = null) => {
      this.byId.delete(member.id);
      this.pooled.delete(member.id);
      if (isIdle(member)) this.idleLossCount++;
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

/** It has had a task, and is free. */
function isIdle({ line, isBusy }: Member): boolean {
  return line !== undefined && !isBusy;
}

/** What the pool tells whoever waits for a member that ended without an error. */
export class MemberGoneError extends Error {
  constructor(readonly end: MemberEnd) {
    super(`It ended with exit code ${end.code}.`);
  }
}
