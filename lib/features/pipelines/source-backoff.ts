import { exponentialWait } from '../../primitives/backoff.js';

/** Seconds that a source rests after so many failures in a row: up to 1, 2, 4, … 30, less a random part of at most half. */
export function sourceBackoffSeconds(attempt: number): number {
  return exponentialWait({ attempt, first: 1, max: MAX_REST_SECONDS });
}

const MAX_REST_SECONDS = 30;
