/**
 * Ids of messages that succeeded and are not known to be deleted. When SQS gives such a message again, it is deleted
 * and not run a second time. Bounded: the oldest id is forgotten first.
 */
export class ProcessedMemory {
  private readonly ids = new Set<string>();

  constructor(private readonly maxIds = 10_000) {}

  get size(): number {
    return this.ids.size;
  }

  add(messageId: string): void {
    this.ids.delete(messageId);
    this.ids.add(messageId);
    if (this.ids.size > this.maxIds) this.forgetOldest();
  }

  has(messageId: string): boolean {
    return this.ids.has(messageId);
  }

  delete(messageId: string): void {
    this.ids.delete(messageId);
  }

  private forgetOldest(): void {
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }
}
