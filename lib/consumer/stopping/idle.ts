import { z } from 'zod';
import { required } from '../../contracts/options/schema/option.js';
import { schemaOf } from '../../contracts/options/schema/schema-of.js';
import { validateOptions } from '../../contracts/options/schema/validate-options.js';
import type { StopDecision, StopFacts, StopPolicy } from '../../contracts/stop-policy.js';

export interface IdleOptions {
  /** Seconds without a message and without a running handler. Above 0. */
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

/** Stops as soon as nothing runs and every queue has answered a receive with nothing. */
export function asap(): StopPolicy {
  return {
    start: () => ({
      shouldStop: ({ runningCount, areQueuesEmpty }) => runningCount === 0 && areQueuesEmpty,
    }),
  };
}

const idleSchema = schemaOf<IdleOptions>()(() => ({
  seconds: required(z.number().positive(), {
    expected: 'a number of seconds above 0 (asap() stops without waiting)',
    description: 'Seconds without a message and without a running handler.',
    range: 'above 0',
  }),
}));

function idleFor(limitMs: number): StopDecision {
  const isIdle = (facts: StopFacts) => facts.runningCount === 0 && facts.idleMs >= limitMs;
  return {
    shouldStop: isIdle,
    // While a handler runs, its end is what asks again.
    recheckInMs: (facts) =>
      facts.runningCount > 0 || isIdle(facts) ? undefined : limitMs - facts.idleMs,
  };
}
