import type { Outcome, SendContext, SendResult, TaskDelivery } from '../../contracts/index.js';
import { integer, schemaOf, validateOptions } from '../../contracts/options/schema/index.js';
import type { QueueAttributes } from '../module/queue-attributes.js';
import { declareHook } from './hook-declaration.js';
import type { HookDecorator } from './hook-declaration.js';

/**
 * Calls the method before each send of the app. It may change `send.data` and `send.options`; throwing stops the send,
 * and the sender gets the error.
 */
export function PreSend(): HookDecorator<[SendContext]> {
  return declareHook({ kind: 'PreSend' });
}

/** Calls the method after each send that SQS accepted. An error that it throws is reported and changes nothing. */
export function PostSend(): HookDecorator<[SendContext, SendResult]> {
  return declareHook({ kind: 'PostSend' });
}

/** Calls the method before each delivery's handler. Throwing fails the task, as if its handler had thrown. */
export function PreTask(): HookDecorator<[TaskDelivery]> {
  return declareHook({ kind: 'PreTask' });
}

export interface PostTaskOptions {
  /** After tasks that succeeded, or after each, whatever became of it. @default 'success' */
  on?: 'success' | 'any';
}

/** Calls the method when a delivery has its outcome. An error that it throws is reported and changes nothing. */
export function PostTask(options: PostTaskOptions = {}): HookDecorator<[TaskDelivery, Outcome]> {
  return declareHook({ kind: 'PostTask', on: options.on ?? 'success' });
}

/**
 * Calls the method once for each delivery that failed: in its handler, a guard, a hook or an interceptor, or because
 * nobody handles it. A retry that the handler asked for is no failure. An error that the method throws is reported and
 * changes nothing.
 */
export function OnTaskError(): HookDecorator<[unknown, TaskDelivery]> {
  return declareHook({ kind: 'OnTaskError' });
}

export interface QueueStatsOptions {
  /** Milliseconds from one call to the next, for each queue. Range 100…86,400,000. @default 300,000 */
  everyMs?: number;
}

/**
 * Calls the method regularly with each queue that the app's workers consume, or, in an app without workers, that it
 * registered. Costs one request per queue and period. An error that it throws is reported and changes nothing.
 * @throws InvalidOptionsError
 */
export function OnQueueStats(
  options: QueueStatsOptions = {},
): HookDecorator<[string, QueueAttributes]> {
  validateOptions('@OnQueueStats()', queueStatsSchema, options);
  return declareHook({ kind: 'OnQueueStats', everyMs: options.everyMs ?? DEFAULT_EVERY_MS });
}

const DEFAULT_EVERY_MS = 300_000;
const MIN_EVERY_MS = 100;
const DAY_MS = 86_400_000;

const queueStatsSchema = schemaOf<QueueStatsOptions>()(() => ({
  everyMs: integer({
    from: MIN_EVERY_MS,
    to: DAY_MS,
    default: DEFAULT_EVERY_MS,
    description: 'Milliseconds from one call to the next, for each queue.',
    cost: 'One request per queue and period.',
  }),
}));
