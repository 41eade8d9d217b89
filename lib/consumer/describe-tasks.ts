import type { TaskDelivery } from '../contracts/task.js';

/** Messages that a line of the log names. */
const MOST_NAMED = 10;

/** Tasks by name and message, as text for a log line: `send_email (message 7a1…)`; of many, the first ten. */
export function describeTasks(deliveries: readonly TaskDelivery[]): string {
  const named = deliveries
    .slice(0, MOST_NAMED)
    .map(({ pattern, message }) => `${pattern ?? 'raw message'} (message ${message.id})`);
  const more = deliveries.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
