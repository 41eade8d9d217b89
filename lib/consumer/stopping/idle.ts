import { z } from 'zod';
import { required } from '../../contracts/options/schema/option.js';
import { schemaOf } from '../../contracts/options/schema/schema-of.js';
import { validateOptions } from '../../contracts/options/schema/validate-options.js';
import type { StopDecision, StopFacts, StopPolicy } from '../../contracts/stop-policy.js';

export interface IdleOptions {
  /** Seconds without a message and without a running handler. 0 or more. */
  seconds: number;
}

/**
 * Stops once nothing was received and nothing ran for so long.
 * @throws InvalidOptionsError
 */
export function idle(options: IdleOptions): StopPolicy {
  const { seconds } = validateOptions('idle()', idleSchema, options);
  return { start: () => idleFor(seconds * 1_000) };
}

/** Stops at the first moment without work. */
export function asap(): StopPolicy {
  return idle({ seconds: 0 });
}

const idleSchema = schemaOf<IdleOptions>()({
  seconds: required(z.number().min(0), {
    expected: 'a number of seconds, 0 or more',
    description: 'Seconds without a message and without a running handler.',
    range: '0…',
  }),
});

function idleFor(limitMs: number): StopDecision {
  const isIdle = (facts: StopFacts) => facts.runningCount === 0 && facts.idleMs >= limitMs;
  return {
    shouldStop: isIdle,
    // While a handler runs, its end is what asks again.
    recheckInMs: (facts) =>
      facts.runningCount > 0 || isIdle(facts) ? undefined : limitMs - facts.idleMs,
  };
}
