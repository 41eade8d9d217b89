import type { Backlog, BacklogVerdict, Dropped } from './backlog.js';
import type { EndedAttempt, PendingSend } from './pending-send.js';
import { RequestPacker } from './request-packer.js';

/** The sends of one message group, in order. */
interface Group {
  readonly id: string;
  waiting: PendingSend[];
  /** A request of this group is in flight, or pauses before it is tried again. */
  isBusy: boolean;
}

/**
 * FIFO queues keep the order of each group, so a group has one request in flight. Where SQS accepted a successor of an
 * entry that failed, sending that entry again would put it behind: it is off, and so is what waits in its group.
 */
export class FifoBacklog implements Backlog {
  private readonly groups = new Map<string, Group>();
  /** Groups with something to send and nothing in flight; the longest ready first. */
  private readonly ready = new Set<Group>();
  private readonly entriesPerGroup: number;
  size = 0;
  readyCount = 0;

  constructor(options: { strictOrder: boolean }) {
    this.entriesPerGroup = options.strictOrder ? 1 : Infinity;
  }

  add(entry: PendingSend): void {
    const group = this.groupOf(entry);
    group.waiting.push(entry);
    this.size++;
    if (group.isBusy) return;
    this.ready.add(group);
    this.readyCount++;
  }

  take(partial: boolean): PendingSend[] {
    const request = new RequestPacker();
    for (const group of this.ready) {
      if (request.isFull) break;
      this.pack(group, request);
    }
    if (!partial && !request.isFull) return [];
    this.leave(request.entries);
    return request.entries;
  }

  requestEnded(attempts: readonly EndedAttempt[]): BacklogVerdict {
    const verdict: BacklogVerdict = { again: [], outOfOrder: [] };
    for (const [group, own] of this.byGroup(attempts, (attempt) => attempt.entry)) {
      this.groupEnded(group, own, verdict);
    }
    return verdict;
  }

  putBack(entries: readonly PendingSend[]): void {
    for (const [group, own] of this.byGroup(entries, (entry) => entry)) {
      group.waiting = [...own, ...group.waiting];
      this.size += own.length;
      this.free(group);
    }
  }

  dropGivenUp(): Dropped {
    const dropped: Dropped = { givenUp: [], outOfOrder: [] };
    for (const group of this.groups.values()) this.dropFrom(group, dropped);
    return dropped;
  }

  // A group that tries again stays busy until its entries are put back.
  private groupEnded(group: Group, own: readonly EndedAttempt[], verdict: BacklogVerdict): void {
    const failed = own.filter((a) => a.outcome.kind === 'again').map((a) => a.entry);
    if (isOrderLost(own)) verdict.outOfOrder.push(...failed, ...this.dropWaiting(group));
    else if (failed.length > 0) {
      verdict.again.push(...failed);
      return;
    }
    this.free(group);
  }

  private groupOf(entry: PendingSend): Group {
    const id = entry.message.groupId ?? '';
    let group = this.groups.get(id);
    if (group === undefined) this.groups.set(id, (group = { id, waiting: [], isBusy: false }));
    return group;
  }

  private pack(group: Group, request: RequestPacker): void {
    const count = Math.min(group.waiting.length, this.entriesPerGroup);
    for (let i = 0; i < count; i++) {
      if (!request.tryAdd(group.waiting[i])) return;
    }
  }

  private leave(entries: readonly PendingSend[]): void {
    for (const [group, own] of this.byGroup(entries, (entry) => entry)) {
      this.ready.delete(group);
      this.readyCount -= group.waiting.length;
      this.size -= own.length;
      group.waiting.splice(0, own.length);
      group.isBusy = true;
    }
  }

  private free(group: Group): void {
    group.isBusy = false;
    if (group.waiting.length === 0) {
      this.groups.delete(group.id);
      return;
    }
    this.ready.add(group);
    this.readyCount += group.waiting.length;
  }

  /** The first that was given up, and all behind it. */
  private dropFrom(group: Group, dropped: Dropped): void {
    const first = group.waiting.findIndex(({ ongoing }) => ongoing.error !== undefined);
    if (first === -1) return;
    const off = group.waiting.splice(first);
    this.size -= off.length;
    if (!group.isBusy) this.readyCount -= off.length;
    for (const entry of off) {
      (entry.ongoing.error === undefined ? dropped.outOfOrder : dropped.givenUp).push(entry);
    }
    if (group.isBusy || group.waiting.length > 0) return;
    this.ready.delete(group);
    this.groups.delete(group.id);
  }

  private dropWaiting(group: Group): PendingSend[] {
    const dropped = group.waiting;
    group.waiting = [];
    this.size -= dropped.length;
    return dropped;
  }

  private byGroup<T>(items: readonly T[], entryOf: (item: T) => PendingSend): Map<Group, T[]> {
    const found = new Map<Group, T[]>();
    for (const item of items) {
      const group = this.groupOf(entryOf(item));
      const own = found.get(group);
      if (own === undefined) found.set(group, [item]);
      else own.push(item);
    }
    return found;
  }
}

/** True where an entry was given up, or would have to be sent behind a successor that SQS has accepted. */
function isOrderLost(attempts: readonly EndedAttempt[]): boolean {
  const firstFailed = attempts.findIndex((a) => a.outcome.kind === 'again');
  const lastAccepted = attempts.findLastIndex((a) => a.outcome.kind === 'accepted');
  const overtaken = firstFailed !== -1 && firstFailed < lastAccepted;
  return overtaken || attempts.some((a) => a.outcome.kind === 'given-up');
}
