import { InvalidTaskDataError } from '../../contracts/index.js';
import type { DataCheck, HandlerMatch, RunningDelivery } from '../../contracts/index.js';
import { judgeTaskData } from '../../serialization/index.js';
import type { HandlerDefinition } from '../handler-definition.js';

/** Judges data by the schema of the handler's contract; undefined where it has none. */
export function checkOf(definition: HandlerDefinition): DataCheck | undefined {
  if (definition.kind === 'raw' || definition.schema === undefined) return undefined;
  const { schema } = definition;
  return ({ data }) => judgeTaskData(schema, data);
}

/**
 * Runs a handler here, for a caller that has the data at hand.
 * @throws InvalidTaskDataError where they do not fit, as for a send; else what the handler throws
 */
export async function runHere(match: HandlerMatch, delivery: RunningDelivery): Promise<unknown> {
  const verdict = await match.handler.check?.(delivery);
  if (verdict?.issues !== undefined) {
    throw new InvalidTaskDataError({ pattern: delivery.pattern ?? '', issues: verdict.issues });
  }
  const data = verdict === undefined ? delivery.data : verdict.value;
  if (match.kind === 'task') return match.handler.run(delivery, data);
  const errors = await match.handler.run([delivery], [data]);
  if (errors.has(delivery.message.id)) throw errors.get(delivery.message.id);
  return undefined;
}
