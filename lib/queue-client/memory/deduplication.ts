import { createHash } from 'node:crypto';
import type { OutgoingMessage, SentMessage } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { RecentMap } from './recent-map.js';

/**
 * What a FIFO queue took in the last five minutes, whether it was deleted since or not.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html}
 */
export function deduplicationWindow(): RecentMap<SentMessage> {
  return new RecentMap(SQS_LIMITS.deduplicationSeconds * 1_000);
}

/** The id given, or the SHA-256 of the body alone, attributes left out (same page). */
export function deduplicationIdOf(message: OutgoingMessage): string {
  return message.deduplicationId ?? createHash('sha256').update(message.body).digest('hex');
}

/**
 * Under what a deduplication id is remembered: for the whole queue, or for its group alone.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html}
 */
export function deduplicationKey(id: string, groupId: string, perGroup: boolean): string {
  return perGroup ? `${groupId} ${id}` : id;
}
