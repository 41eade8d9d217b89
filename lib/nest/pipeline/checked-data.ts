import type { TaskDelivery } from '../../contracts/index.js';
import { checkTaskData } from '../../serialization/index.js';
import type { HandlerDefinition } from '../handler-definition.js';

/**
 * What a handler gets: the data as the schema of its contract makes it, or as it came.
 * @throws InvalidTaskDataError
 */
export async function checkedData(
  delivery: TaskDelivery,
  definition: HandlerDefinition,
): Promise<unknown> {
  if (definition.kind === 'raw' || definition.schema === undefined) return delivery.data;
  return checkTaskData(delivery.pattern ?? '', definition.schema, delivery.data);
}

export interface CheckedBatch {
  readonly fitting: readonly { readonly delivery: TaskDelivery; readonly data: unknown }[];
  /** The error of each delivery whose data does not fit, by message id. */
  readonly refused: ReadonlyMap<string, unknown>;
}

/** Checks each delivery for itself: one that does not fit keeps no other from its handler. */
export async function checkedBatch(
  deliveries: readonly TaskDelivery[],
  definition: HandlerDefinition,
): Promise<CheckedBatch> {
  const fitting: { delivery: TaskDelivery; data: unknown }[] = [];
  const refused = new Map<string, unknown>();
  for (const delivery of deliveries) {
    try {
      fitting.push({ delivery, data: await checkedData(delivery, definition) });
    } catch (error) {
      refused.set(delivery.message.id, error);
    }
  }
  return { fitting, refused };
}
