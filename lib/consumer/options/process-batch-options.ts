import { SQS_LIMITS } from '../../contracts/limits.js';
import { integer } from '../../contracts/options/schema/option.js';
import { schemaOf } from '../../contracts/options/schema/schema-of.js';
import { validateOptions } from '../../contracts/options/schema/validate-options.js';
import { consumeSchema } from '../../contracts/options/schema/worker-schema.js';

export interface ProcessBatchOptions {
  /** Messages of the one receive. Range 1…10. @default 10 */
  maxMessages?: number;
  /** Seconds the receive waits for messages. Range 0…20. @default 0 */
  waitTimeSeconds?: number;
  /** Visibility timeout of the receive, seconds. Range 2…43,200. @default that of the worker's queue, else the queue's own */
  visibilityTimeoutSeconds?: number;
}

export const PROCESS_BATCH_DEFAULTS = {
  maxMessages: SQS_LIMITS.batchEntries,
  waitTimeSeconds: 0,
} as const satisfies ProcessBatchOptions;

export const processBatchSchema = schemaOf<ProcessBatchOptions>()(() => ({
  maxMessages: integer({
    from: 1,
    to: SQS_LIMITS.batchEntries,
    default: PROCESS_BATCH_DEFAULTS.maxMessages,
    description: 'Messages of the one receive.',
  }),
  waitTimeSeconds: integer({
    from: 0,
    to: SQS_LIMITS.waitTimeSeconds,
    default: PROCESS_BATCH_DEFAULTS.waitTimeSeconds,
    description: 'Seconds the receive waits for messages.',
  }),
  visibilityTimeoutSeconds: consumeSchema().shape.visibilityTimeoutSeconds,
}));

/** @throws InvalidOptionsError */
export function checkProcessBatchOptions(options: ProcessBatchOptions): void {
  validateOptions('processBatch()', processBatchSchema, options);
}
