/** Seconds that a source rests after so many failures in a row: up to 1, 2, 4, … 30, less a random part of at most half. */
export function sourceBackoffSeconds(attempt: number): number {
  // Half of it is fixed, so that a random 0 cannot make a hot loop.
  return Math.min(MAX_REST_SECONDS, 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

const MAX_REST_SECONDS = 30;
