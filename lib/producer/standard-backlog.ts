import type { Backlog, BacklogVerdict, Dropped } from './backlog.js';
import type { EndedAttempt, PendingSend } from './pending-send.js';
import { RequestPacker } from './request-packer.js';

/** Standard queues promise no order: first come, first sent, and a retry holds up nobody. */
export class StandardBacklog implements Backlog {
  private waiting: PendingSend[] = [];
  private head = 0;

  get size(): number {
    return this.waiting.length - this.head;
  }

  get readyCount(): number {
    return this.size;
  }

  add(entry: PendingSend): void {
    this.waiting.push(entry);
  }

  take(partial: boolean): PendingSend[] {
    const request = new RequestPacker();
    let next = this.head;
    while (next < this.waiting.length && request.tryAdd(this.waiting[next])) next++;
    if (!partial && !request.isFull) return [];
    this.moveHead(next);
    return request.entries;
  }

  requestEnded(attempts: readonly EndedAttempt[]): BacklogVerdict {
    const again = attempts.filter((a) => a.outcome.kind === 'again').map((a) => a.entry);
    return { again, outOfOrder: [] };
  }

  putBack(entries: readonly PendingSend[]): void {
    this.waiting = [...entries, ...this.waiting.slice(this.head)];
    this.head = 0;
  }

  dropGivenUp(): Dropped {
    const waiting = this.waiting.slice(this.head);
    this.waiting = waiting.filter(({ ongoing }) => ongoing.error === undefined);
    this.head = 0;
    const givenUp = waiting.filter(({ ongoing }) => ongoing.error !== undefined);
    return { givenUp, outOfOrder: [] };
  }

  // Cutting the array at each take would copy a long backlog again and again.
  private moveHead(head: number): void {
    this.head = head;
    if (head < 1_000 && head < this.waiting.length) return;
    this.waiting = this.waiting.slice(head);
    this.head = 0;
  }
}
