import { wasLogged } from '../contracts/logged-errors.js';
import type { LogFields, SqsLogger } from '../contracts/logger.js';
import { controlSignalOf, type Outcome, type TaskDelivery } from '../contracts/task.js';
import type { WorkerControl } from '../contracts/worker-port.js';
import { errorText } from '../primitives/error-text.js';

/**
 * What becomes of each task, one line each: received and completed at `log`, a retry that the handler asked for at
 * `log`, everything that failed at `error`. The stack is left out where somebody has logged it already.
 */
export function logTaskEvents(worker: Pick<WorkerControl, 'on'>, logger: SqsLogger): void {
  if (logger.isLogEnabled()) {
    worker.on('task:started', ({ delivery }) => logger.log('Received task', factsOf(delivery)));
  }
  worker.on('task:settled', ({ delivery, outcome, durationMs }) =>
    logOutcome(logger, delivery, outcome, durationMs),
  );
}

function logOutcome(
  logger: SqsLogger,
  delivery: TaskDelivery,
  outcome: Outcome,
  durationMs: number,
): void {
  if (outcome.kind === 'success') {
    if (!logger.isLogEnabled()) return;
    return logger.log('Completed task', {
      ...factsOf(delivery),
      durationMs: Math.round(durationMs),
    });
  }
  const facts: LogFields = {
    ...factsOf(delivery),
    durationMs: Math.round(durationMs),
    outcome: outcome.kind,
    reason: reasonOf(outcome),
  };
  if (outcome.kind === 'retry') facts['delaySeconds'] = outcome.delaySeconds;
  if (isExpected(outcome)) return logger.log('Task did not complete', facts);
  const error = 'error' in outcome ? outcome.error : undefined;
  logger.error(sentenceOf(outcome), facts, wasLogged(error) ? undefined : error);
}

function sentenceOf(outcome: Outcome): string {
  const isSqs = outcome.kind === 'dead-letter' && outcome.movedBy === 'sqs';
  return isSqs ? 'Task failed for the last time: SQS dead-letters it now' : 'Task failed';
}

/** The handler chose it, or nobody waits for it any more: nothing is wrong. */
function isExpected(outcome: Exclude<Outcome, { kind: 'success' }>): boolean {
  if (outcome.kind === 'retry') return outcome.wanted;
  if (outcome.kind === 'release' || outcome.error === undefined) return true;
  // A retry that was asked for at the last attempt ends in the dead-letter queue, which nobody asked for.
  return controlSignalOf(outcome.error)?.kind === outcome.kind;
}

function reasonOf(outcome: Exclude<Outcome, { kind: 'success' }>): string {
  return outcome.kind === 'retry' ? errorText(outcome.error) : outcome.reason;
}

function factsOf(delivery: TaskDelivery): LogFields {
  const { queue, pattern, message } = delivery;
  return { queue, task: pattern, messageId: message.id, receiveCount: message.receiveCount };
}
