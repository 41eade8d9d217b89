import type { TaskHandlerOptions } from '../../contracts/index.js';
import {
  integer,
  schemaOf,
  taskHandlerSchema,
  validateOptions,
} from '../../contracts/options/schema/index.js';
import { BATCH_DEFAULTS } from '../handler-definition.js';
import type { BatchHandlerOptions } from '../handler-definition.js';

const MAX_BATCH = 10_000;
const MAX_WAIT_MS = 60_000;

/** What `@SqsBatchTask` may say of its handler. */
export const batchHandlerSchema = schemaOf<BatchHandlerOptions>()({
  ...taskHandlerSchema.shape,
  maxSize: integer({
    from: 1,
    to: MAX_BATCH,
    default: BATCH_DEFAULTS.maxSize,
    description: 'Tasks given to the handler at once.',
    cost: 'All of them are held until the last has ended.',
  }),
  maxWaitMs: integer({
    from: 0,
    to: MAX_WAIT_MS,
    default: BATCH_DEFAULTS.maxWaitMs,
    description: 'Milliseconds to wait for a full batch.',
    cost: 'The first task of a batch waits as long.',
  }),
});

/** @throws InvalidOptionsError */
export function checkTaskOptions(decorator: string, options: TaskHandlerOptions): void {
  validateOptions(decorator, taskHandlerSchema, options);
}

/** @throws InvalidOptionsError */
export function checkBatchOptions(decorator: string, options: BatchHandlerOptions): void {
  validateOptions(decorator, batchHandlerSchema, options);
}
