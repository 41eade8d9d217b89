import { SQS_LIMITS } from '../contracts/limits.js';
import type { PendingSend } from './pending-send.js';

/** Gathers entries into one request until ten are in, or the next would make it too large. */
export class RequestPacker {
  readonly entries: PendingSend[] = [];
  private bytes = 0;
  private closed = false;

  /** False where the entry has to wait for another request; then the request is full. */
  tryAdd(entry: PendingSend): boolean {
    this.closed ||= !this.hasRoomFor(entry);
    if (this.closed) return false;
    this.entries.push(entry);
    this.bytes += entry.bytes;
    this.closed = entry.alone || this.entries.length === SQS_LIMITS.batchEntries;
    return true;
  }

  get isFull(): boolean {
    return this.closed;
  }

  private hasRoomFor(entry: PendingSend): boolean {
    if (this.entries.length === 0) return true;
    return !entry.alone && this.bytes + entry.bytes <= SQS_LIMITS.messageBytes;
  }
}
