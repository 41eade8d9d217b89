export * from './backoff.js';
export type {
  ExponentialOptions,
  GaussianExponentialOptions,
  LinearOptions,
} from './backoff-options.js';
export type { Jitter } from '../../primitives/backoff.js';
export * from './by-error.js';
export * from './clamp-delay.js';
export * from './policies.js';
