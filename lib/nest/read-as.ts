import type { QueueHandle, QueueResourcesPort } from '../contracts/index.js';

/** The names of a queue and of the one whose format it has, where its own options name none. */
export interface ReadAs {
  readonly queue: string;
  readonly other: string | undefined;
}

/** The handle of a queue that is worked with the handlers of another: its messages lie there as they lay in that one. */
export function readAs(
  handle: QueueHandle,
  { queue, other }: ReadAs,
  resources: QueueResourcesPort,
): QueueHandle {
  if (other === undefined || resources.formatOf(queue) !== undefined) return handle;
  const format = resources.formatOf(other);
  return format === undefined ? handle : { ...handle, format };
}
