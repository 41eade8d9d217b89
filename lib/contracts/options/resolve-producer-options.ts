import { given } from './given.js';
import { PRODUCER_DEFAULTS } from './defaults.js';
import type { ProducerOptions, ResolvedProducerOptions } from './producer-options.js';

/** Completes producer options that were validated. */
export function resolveProducerOptions(options: ProducerOptions = {}): ResolvedProducerOptions {
  return { ...PRODUCER_DEFAULTS, ...given(options) };
}
