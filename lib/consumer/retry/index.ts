export * from './backoff.js';
export type {
  ExponentialOptions,
  GaussianExponentialOptions,
  Jitter,
  LinearOptions,
} from './backoff-options.js';
export * from './by-error.js';
export * from './clamp-delay.js';
export * from './policies.js';
