import { SQS_LIMITS } from '../contracts/index.js';
import type {
  IsolateOptions,
  LongTaskOptions,
  TaskHandlerOptions,
  TaskSchema,
} from '../contracts/index.js';
import type { HANDLER_NAME, SQS_HANDLER } from './sqs.constants.js';

export interface RawHandlerOptions extends TaskHandlerOptions, LongTaskOptions {}

export interface SingleHandlerOptions extends RawHandlerOptions {
  /** Runs the method in a pool of threads or processes. @default on the worker's event loop */
  isolate?: IsolateOptions;
}

export interface BatchHandlerOptions extends TaskHandlerOptions {
  /** Tasks given to the handler at once. Range 1…10,000. @default 10 */
  maxSize?: number;
  /** Milliseconds to wait for a full batch. Range 0…60,000. @default 200 */
  maxWaitMs?: number;
}

/** What `@SqsTask`, `@SqsBatchTask` and `@SqsRawTask` were told. */
export type HandlerDefinition =
  | {
      readonly kind: 'task';
      readonly options: SingleHandlerOptions;
      readonly schema?: TaskSchema | undefined;
      /** Its queue is consumed only where a feature says so, not because the handler is bound to it. */
      readonly isOnDemand?: boolean;
    }
  | {
      readonly kind: 'batch';
      readonly options: BatchHandlerOptions;
      readonly schema?: TaskSchema | undefined;
    }
  | { readonly kind: 'raw'; readonly options: RawHandlerOptions };

/** Nest's pattern extras, as far as they mean something here. */
export interface HandlerExtras {
  /** The one queue that the handler serves; undefined: every queue of the worker. */
  queue?: string;
  [SQS_HANDLER]?: HandlerDefinition;
  [HANDLER_NAME]?: string;
}

export function isOnDemand(definition: HandlerDefinition | undefined): boolean {
  return definition?.kind === 'task' && definition.isOnDemand === true;
}

export const BATCH_DEFAULTS = {
  maxSize: SQS_LIMITS.batchEntries,
  maxWaitMs: 200,
} as const;

export function batchLimitsOf(options: BatchHandlerOptions): {
  maxSize: number;
  maxWaitMs: number;
} {
  const { maxSize = BATCH_DEFAULTS.maxSize, maxWaitMs = BATCH_DEFAULTS.maxWaitMs } = options;
  return { maxSize, maxWaitMs };
}
