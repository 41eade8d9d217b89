import { z } from 'zod';
import { SQS_LIMITS } from '../../contracts/limits.js';
import { choice, number, option } from '../../contracts/options/schema/option.js';
import { schemaOf } from '../../contracts/options/schema/schema-of.js';
import type { Jitter } from '../../primitives/backoff.js';

export interface ExponentialOptions {
  /** Seconds before the second attempt. Range 0…43,200. @default 10 */
  firstSeconds?: number;
  /** How much longer each wait is than the one before. Range 1…100. @default 3 */
  factor?: number;
  /** Longest wait, seconds. Range 0…43,200. @default 900 */
  maxSeconds?: number;
  /** @default 'half' */
  jitter?: Jitter;
  /** Gives numbers from 0 up to 1. @default Math.random */
  random?: () => number;
}

export interface LinearOptions {
  /** Seconds before the second attempt. Range 0…43,200. @default 1 */
  firstSeconds?: number;
  /** Seconds more before each further one. Range 0…43,200. @default 1 */
  stepSeconds?: number;
  /** Longest wait, seconds. Range 0…43,200. @default 900 */
  maxSeconds?: number;
  /** @default 'full' */
  jitter?: Jitter;
  /** Gives numbers from 0 up to 1. @default Math.random */
  random?: () => number;
}

export interface GaussianExponentialOptions {
  /** What is raised to the number of earlier attempts. Range 1…100. @default 2 */
  base?: number;
  /** Shortest wait, seconds. Range 0…43,200. @default 0 */
  minSeconds?: number;
  /** Longest wait, seconds. Range 0…43,200. @default 1,800 */
  maxSeconds?: number;
  /** Gives numbers from 0 up to 1. @default Math.random */
  random?: () => number;
}

/** At least 5, 15, 45 and 135 s: five attempts, which is `maxReceiveCount` by default, span 200 s or more. */
export const EXPONENTIAL_DEFAULTS = {
  firstSeconds: 10,
  factor: 3,
  maxSeconds: 900,
  jitter: 'half',
  random: Math.random,
} as const satisfies Required<ExponentialOptions>;

export const LINEAR_DEFAULTS = {
  firstSeconds: 1,
  stepSeconds: 1,
  maxSeconds: 900,
  jitter: 'full',
  random: Math.random,
} as const satisfies Required<LinearOptions>;

export const GAUSSIAN_DEFAULTS = {
  base: 2,
  minSeconds: 0,
  maxSeconds: 1_800,
  random: Math.random,
} as const satisfies Required<GaussianExponentialOptions>;

export const exponentialSchema = schemaOf<ExponentialOptions>()(() => ({
  firstSeconds: seconds('Seconds before the second attempt.', EXPONENTIAL_DEFAULTS.firstSeconds),
  factor: factor('How much longer each wait is than the one before.', EXPONENTIAL_DEFAULTS.factor),
  maxSeconds: seconds('Longest wait, seconds.', EXPONENTIAL_DEFAULTS.maxSeconds),
  jitter: jitter(EXPONENTIAL_DEFAULTS.jitter),
  random: random(),
}));

export const linearSchema = schemaOf<LinearOptions>()(() => ({
  firstSeconds: seconds('Seconds before the second attempt.', LINEAR_DEFAULTS.firstSeconds),
  stepSeconds: seconds('Seconds more before each further one.', LINEAR_DEFAULTS.stepSeconds),
  maxSeconds: seconds('Longest wait, seconds.', LINEAR_DEFAULTS.maxSeconds),
  jitter: jitter(LINEAR_DEFAULTS.jitter),
  random: random(),
}));

export const gaussianSchema = schemaOf<GaussianExponentialOptions>()(() => ({
  base: factor('What is raised to the number of earlier attempts.', GAUSSIAN_DEFAULTS.base),
  minSeconds: seconds('Shortest wait, seconds.', GAUSSIAN_DEFAULTS.minSeconds),
  maxSeconds: seconds('Longest wait, seconds.', GAUSSIAN_DEFAULTS.maxSeconds),
  random: random(),
}));

function seconds(description: string, byDefault: number) {
  const to = SQS_LIMITS.visibilityTimeoutSeconds;
  return number({ from: 0, to, default: byDefault, description });
}

function factor(description: string, byDefault: number) {
  return number({ from: 1, to: 100, default: byDefault, description });
}

function jitter(byDefault: Jitter) {
  return choice(['full', 'half', 'none'], {
    default: byDefault,
    description: 'How a wait is spread: anywhere up to it, over its upper half, or not at all.',
    cost: "With 'none', tasks that failed together come back together.",
  });
}

function random() {
  return option(
    z.custom<() => number>((value) => typeof value === 'function'),
    {
      expected: 'a function that gives numbers from 0 up to 1',
      description: 'Gives numbers from 0 up to 1.',
      default: 'Math.random',
    },
  );
}
