/** Seconds that a source rests after so many failures in a row: up to 1, 2, 4, … 30, less a random part. */
export function sourceBackoffSeconds(attempt: number): number {
  return Math.min(MAX_REST_SECONDS, 2 ** (attempt - 1)) * Math.random();
}

const MAX_REST_SECONDS = 30;
