import { SQS_LIMITS } from '../../contracts/limits.js';

/**
 * What SQS accepts as the wait before the next attempt: whole seconds from 0 to what is left of twelve hours.
 * A backoff that answers no number at all gets SQS's own visibility timeout, so that a mistake never retries in a tight loop.
 * @param leaseUsedSeconds how long ago the message was received
 */
export function clampDelay(seconds: number, leaseUsedSeconds = 0): number {
  // SQS counts the twelve hours from the receive, so what the lease has used is gone.
  const longest = Math.max(
    0,
    Math.floor(SQS_LIMITS.visibilityTimeoutSeconds - used(leaseUsedSeconds)),
  );
  const wanted = Number.isNaN(seconds) ? SQS_LIMITS.defaultVisibilityTimeoutSeconds : seconds;
  return Math.round(Math.min(longest, Math.max(0, wanted)));
}

function used(seconds: number): number {
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}
