import { wasLogged } from '../contracts/logged-errors.js';
import type { LogFields, SqsLogger } from '../contracts/logger.js';
import type { TaskLogs } from '../contracts/options/index.js';
import { controlSignalOf, type Outcome, type TaskDelivery } from '../contracts/task.js';
import type { WorkerControl } from '../contracts/worker-port.js';
import { errorText } from '../primitives/error-text.js';
import { clampDelay } from './retry/clamp-delay.js';

export interface TaskLogParts {
  logger: SqsLogger;
  /** What is logged of the tasks of a queue. */
  logTasksOf(queue: string): TaskLogs;
}

/**
 * What becomes of each task, one line each: received and completed at `log`, what the handler asked for at `log`,
 * everything that failed at `error`. The stack is left out where it was logged already.
 */
export function logTaskEvents(
  worker: Pick<WorkerControl, 'on'>,
  { logger, logTasksOf }: TaskLogParts,
): void {
  worker.on('task:started', ({ delivery }) => {
    if (logTasksOf(delivery.queue) !== 'all' || !logger.isLogEnabled()) return;
    logger.log('Received task', deliveryFields(delivery));
  });
  worker.on('task:settled', ({ delivery, outcome, durationMs }) => {
    if (outcome.kind !== 'success') return logFailure(logger, delivery, outcome, durationMs);
    if (logTasksOf(delivery.queue) === 'failures' || !logger.isLogEnabled()) return;
    logger.log('Completed task', {
      ...deliveryFields(delivery),
      durationMs: Math.round(durationMs),
    });
  });
}

/** The fields of every line about one delivery. */
export function deliveryFields({ queue, pattern, message }: TaskDelivery): LogFields {
  return { queue, task: pattern, messageId: message.id, receiveCount: message.receiveCount };
}

type Failure = Exclude<Outcome, { kind: 'success' }>;

function logFailure(
  logger: SqsLogger,
  delivery: TaskDelivery,
  outcome: Failure,
  durationMs: number,
): void {
  const fields: LogFields = {
    ...deliveryFields(delivery),
    durationMs: Math.round(durationMs),
    outcome: outcome.kind,
    ...(outcome.kind === 'retry' && { delaySeconds: delayOf(outcome) }),
    reason: reasonOf(outcome),
  };
  if (isExpected(outcome)) return logger.log('Task did not complete', fields);
  const error = 'error' in outcome ? outcome.error : undefined;
  logger.error(sentenceOf(outcome), fields, wasLogged(error) ? undefined : error);
}

function sentenceOf(outcome: Outcome): string {
  return isMovedBySqs(outcome)
    ? 'Task failed for the last time: SQS dead-letters it now'
    : 'Task failed';
}

function isMovedBySqs(outcome: Outcome): boolean {
  return outcome.kind === 'dead-letter' && outcome.movedBy === 'sqs';
}

/** The handler chose it, or nobody waits for it any more: nothing is wrong. */
function isExpected(outcome: Failure): boolean {
  if (outcome.kind === 'retry') return outcome.wanted;
  if (isMovedBySqs(outcome)) return false;
  if (outcome.kind === 'release' || outcome.error === undefined) return true;
  // A retry that was asked for at the last attempt ends in the dead-letter queue, which nobody asked for.
  return controlSignalOf(outcome.error)?.kind === outcome.kind;
}

function reasonOf(outcome: Failure): string {
  return outcome.kind === 'retry' ? errorText(outcome.error) : outcome.reason;
}

/** Whole seconds, as SQS is told. */
function delayOf({ delaySeconds }: Extract<Outcome, { kind: 'retry' }>): number | undefined {
  return delaySeconds === undefined ? undefined : clampDelay(delaySeconds);
}
