import {
  GatewayError,
  PurgeInProgressError,
  QueueAccessDeniedError,
  QueueDeletedRecentlyError,
  QueueNotFoundError,
} from '../../contracts/index.js';

/** Runs work on one queue; what the service refuses is said with the queue's name and what to do. */
export async function explained<T>(queue: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(queue, error);
  }
}

export function explain(queue: string, error: unknown): unknown {
  if (!(error instanceof GatewayError)) return error;
  const facts = { queue, operation: error.operation, cause: error };
  if (error.kind === 'queue-not-found') return new QueueNotFoundError(facts);
  if (error.kind === 'access-denied') return new QueueAccessDeniedError(facts);
  if (error.code?.includes('PurgeQueueInProgress') === true) return new PurgeInProgressError(facts);
  if (error.code?.includes('QueueDeletedRecently') === true) {
    return new QueueDeletedRecentlyError(facts);
  }
  return error;
}
