import type { QueueHandle } from '../../contracts/index.js';

/** A reply queue as it is sent to and received from: a standard one, of which nothing else need be known. */
export function replyQueueHandle(
  facts: Pick<QueueHandle, 'name' | 'url' | 'gateway' | 'format' | 'codecs'>,
): QueueHandle {
  return {
    ...facts,
    isFifo: false,
    contentBasedDeduplication: undefined,
    visibilityTimeoutSeconds: undefined,
    deadLetter: undefined,
  };
}
