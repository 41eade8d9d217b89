import type { Backoff, OutcomePolicy } from '../../contracts/policies.js';
import { exponential } from './backoff.js';

type PolicyOf<K extends OutcomePolicy['kind']> = Extract<OutcomePolicy, { kind: K }>;

/** Try again, after what `backoff` says. Default: `exponential()`, 10 s × 3 up to 900 s, each between half and whole. */
export function retry(backoff: Backoff = exponential()): PolicyOf<'retry'> {
  return { kind: 'retry', backoff };
}

/** Write the payload to the log and delete the message. */
export function discard(): PolicyOf<'discard'> {
  return { kind: 'discard' };
}

/** Copy the message to the dead-letter queue with its reason, then delete it; the queue must have one. */
export function deadLetter(): PolicyOf<'dead-letter'> {
  return { kind: 'dead-letter' };
}

/** Give the message back, drain the worker and report the error as fatal. */
export function crash(): PolicyOf<'crash'> {
  return { kind: 'crash' };
}
