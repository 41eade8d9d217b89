import { z } from 'zod';
import { required } from '../../contracts/options/schema/option.js';
import { schemaOf } from '../../contracts/options/schema/schema-of.js';
import { validateOptions } from '../../contracts/options/schema/validate-options.js';
import type { StopPolicy } from '../../contracts/stop-policy.js';

/**
 * Stops after exactly so many handlers have run: no more than `count` ever start.
 * @param count 1 or more
 * @throws InvalidOptionsError
 */
export function maxTasks(count: number): StopPolicy {
  validateOptions('maxTasks()', countSchema, { count });
  return {
    start: () => ({
      shouldStop: (facts) => facts.endedCount >= count,
      startsLeft: (facts) => Math.max(0, count - facts.startedCount),
    }),
  };
}

const countSchema = schemaOf<{ count: number }>()(() => ({
  count: required(z.int().min(1), {
    expected: 'an integer of 1 or more',
    description: 'Handlers that run.',
    range: '1…',
  }),
}));
