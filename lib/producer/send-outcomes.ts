import { GatewayError, SendFailedError } from '../contracts/errors/index.js';
import type { EntryFailure, EntryResult, SentMessage } from '../contracts/gateway.js';
import type { EndedAttempt, PendingSend, SendOutcome } from './pending-send.js';
import { errorText } from '../primitives/error-text.js';

export interface AttemptRules {
  /** Logical name of the queue, for errors. */
  queue: string;
  maxAttempts: number;
}

/** Reads the answer of a request, entry by entry; every entry has spent an attempt. */
export function outcomesOfAnswer(
  entries: readonly PendingSend[],
  results: readonly EntryResult<SentMessage>[],
  rules: AttemptRules,
): EndedAttempt[] {
  return entries.map((entry, i) => {
    entry.attempts++;
    const result = results[i] ?? UNANSWERED;
    if (result.ok) return { entry, outcome: { kind: 'accepted', sent: result.value } };
    return { entry, outcome: outcomeOfFailure(entry, result.failure, rules) };
  });
}

const UNANSWERED: EntryResult<SentMessage> = {
  ok: false,
  failure: {
    code: 'MissingFromResponse',
    message: 'the answer does not mention it',
    senderFault: false,
  },
};

function outcomeOfFailure(
  entry: PendingSend,
  failure: EntryFailure,
  { queue, maxAttempts }: AttemptRules,
): SendOutcome {
  const { code, message: detail, senderFault } = failure;
  const error = new SendFailedError({ queue, code, detail, senderFault });
  if (senderFault) return { kind: 'refused', error };
  return afterPause(entry.attempts < maxAttempts, error);
}

/** Says what a request that failed as a whole means for each of its entries. */
export function outcomesOfError(
  entries: readonly PendingSend[],
  cause: unknown,
  rules: AttemptRules,
): EndedAttempt[] {
  if (isOneAtFault(cause) && entries.length > 1) return entries.map(tryAlone);
  return entries.map((entry) => {
    entry.attempts++;
    return { entry, outcome: outcomeOfError(entry, cause, rules) };
  });
}

// SQS refuses some requests as a whole for one bad entry; the good ones must not be lost with it.
function isOneAtFault(cause: unknown): boolean {
  return cause instanceof GatewayError && cause.kind === 'invalid-request';
}

function tryAlone(entry: PendingSend): EndedAttempt {
  entry.alone = true;
  const error = new Error('Its request was refused as a whole; it is tried alone.');
  return { entry, outcome: { kind: 'again', error, atOnce: true } };
}

function outcomeOfError(
  entry: PendingSend,
  cause: unknown,
  { queue, maxAttempts }: AttemptRules,
): SendOutcome {
  const senderFault = isOneAtFault(cause);
  const error = new SendFailedError({ queue, ...factsOf(cause), senderFault, cause });
  if (senderFault) return { kind: 'refused', error };
  const isPassing = cause instanceof GatewayError && cause.isPassing;
  return afterPause(isPassing && entry.attempts < maxAttempts, error);
}

function afterPause(isWorthIt: boolean, error: Error): SendOutcome {
  return isWorthIt ? { kind: 'again', error, atOnce: false } : { kind: 'given-up', error };
}

function factsOf(cause: unknown): { code: string; detail: string } {
  if (cause instanceof GatewayError) {
    return { code: cause.code ?? cause.kind, detail: cause.message };
  }
  return { code: 'unknown', detail: errorText(cause) };
}
