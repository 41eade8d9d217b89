import type { Backoff } from '../../contracts/policies.js';
import {
  EXPONENTIAL_DEFAULTS,
  exponentialSchema,
  GAUSSIAN_DEFAULTS,
  gaussianSchema,
  LINEAR_DEFAULTS,
  linearSchema,
} from './backoff-options.js';
import type {
  ExponentialOptions,
  GaussianExponentialOptions,
  LinearOptions,
} from './backoff-options.js';
import { validateOptions } from '../../contracts/options/schema/validate-options.js';
import { given } from '../../contracts/options/given.js';
import { exponentialWait, jittered } from '../../primitives/backoff.js';
import { clampDelay } from './clamp-delay.js';

/**
 * `firstSeconds`, then `factor` times more each time, up to `maxSeconds`; in whole seconds. By default 10, 30, 90, 270,
 * 810 and then 900 s, each anywhere between its half and its whole.
 * @example retry(exponential({ firstSeconds: 1, factor: 2, maxSeconds: 60, jitter: 'full' }))
 * @throws InvalidOptionsError
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  validateOptions('exponential()', exponentialSchema, options);
  const { firstSeconds, factor, maxSeconds, jitter, random } = {
    ...EXPONENTIAL_DEFAULTS,
    ...given(options),
  };
  const wait = { first: firstSeconds, max: maxSeconds, factor, jitter, random };
  return (attempt) => Math.round(exponentialWait({ ...wait, attempt }));
}

/** `firstSeconds`, then `stepSeconds` more each time, up to `maxSeconds`; in whole seconds. @throws InvalidOptionsError */
export function linear(options: LinearOptions = {}): Backoff {
  validateOptions('linear()', linearSchema, options);
  const { firstSeconds, stepSeconds, maxSeconds, jitter, random } = {
    ...LINEAR_DEFAULTS,
    ...given(options),
  };
  return (attempt) => {
    const seconds = Math.min(maxSeconds, firstSeconds + stepSeconds * Math.max(0, attempt - 1));
    return Math.round(jittered(seconds, jitter, random));
  };
}

/** The same wait each time. @param seconds 0…43,200 */
export function constant(seconds: number): Backoff {
  const delay = clampDelay(seconds);
  return () => delay;
}

/** No wait: SQS gives the message again at once. */
export function immediate(): Backoff {
  return constant(0);
}

/**
 * A mean of `minSeconds + base ** (attempt - 1)`, spread by a normal distribution a tenth of it wide, kept within
 * `minSeconds`…`maxSeconds` and rounded: tasks that failed together come back apart, yet none at once.
 * @throws InvalidOptionsError
 */
export function gaussianExponential(options: GaussianExponentialOptions = {}): Backoff {
  validateOptions('gaussianExponential()', gaussianSchema, options);
  const { base, minSeconds, maxSeconds, random } = { ...GAUSSIAN_DEFAULTS, ...given(options) };
  return (attempt) => {
    // Bounded before the draw, so that no attempt overflows.
    const grown = exponentialWait({
      attempt,
      first: 1,
      max: MAX_MEAN,
      factor: base,
      jitter: 'none',
    });
    const mean = Math.min(MAX_MEAN, minSeconds + grown);
    const seconds = mean + (mean / 10) * standardNormal(random);
    return Math.round(Math.min(maxSeconds, Math.max(minSeconds, seconds)));
  };
}

const MAX_MEAN = Number.MAX_SAFE_INTEGER;

/** Box–Muller; `1 - random()` is never zero, whose logarithm is infinite. */
function standardNormal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
