import type { StopPolicy } from '../../contracts/stop-policy.js';

/** The worker runs until it is told to stop. */
export function never(): StopPolicy {
  return { start: () => ({ shouldStop: () => false }) };
}
