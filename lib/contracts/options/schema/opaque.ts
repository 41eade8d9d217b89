import { z } from 'zod';
import type { Codec, MessageFormat } from '../../format.js';
import type { OutcomePolicy } from '../../policies.js';
import type { StopPolicy } from '../../stop-policy.js';
import type { Given } from '../module-options.js';
import { MAX_PRIORITIES } from '../defaults.js';
import type { PriorityOrder } from '../worker-options.js';
import { option, type OptionFacts } from './option.js';

type Facts = Omit<OptionFacts, 'expected' | 'range'>;

/** Options whose values are objects with behaviour: told by what they can do. */
export function outcomePolicy(facts: Facts, kinds: readonly OutcomePolicy['kind'][] = allKinds) {
  const isPolicy = (value: unknown) => kinds.some((kind) => kind === fieldOf(value, 'kind'));
  const names = kinds.map((kind) => policyNames[kind]);
  return option(z.custom<OutcomePolicy>(isPolicy), {
    ...facts,
    expected: `an outcome policy (${names.join(', ')})`,
    range: names.join(', '),
  });
}

export function stopPolicy(facts: Facts) {
  return option(
    z.custom<StopPolicy>((value) => hasMethod(value, 'start')),
    {
      ...facts,
      expected: 'a stop policy (never(), idle(…), maxTasks(…), anyOf(…), allOf(…), or your own)',
      range: 'never(), idle(…), maxTasks(…), anyOf(…), allOf(…), your own',
    },
  );
}

export function priorityOrder(facts: Facts) {
  return option(z.custom<PriorityOrder>(isPriorityOrder), {
    ...facts,
    expected: `'strict', 'weighted' or { weights }: one number over 0 for each of up to ${MAX_PRIORITIES} levels`,
    range: "'strict', 'weighted', { weights }",
  });
}

export function messageFormat(facts: Facts) {
  return option(z.custom<MessageFormat>(isFormat), {
    ...facts,
    expected: 'a message format: an object with name, encode() and decode()',
  });
}

export function codecList(facts: Facts) {
  return option(
    z.custom<readonly Codec[]>((value) => Array.isArray(value) && value.every(isFormat)),
    {
      ...facts,
      expected: 'a list of codecs: objects with name, encode() and decode()',
    },
  );
}

/** Interceptors: instances, or classes that are made later. */
export function interceptors<T>(facts: Facts) {
  return option(
    z.custom<readonly Given<T>[]>((v) => Array.isArray(v) && v.every(isInterceptor)),
    {
      ...facts,
      expected: 'a list of interceptors: classes, or objects with intercept()',
    },
  );
}

const policyNames: Record<OutcomePolicy['kind'], string> = {
  retry: 'retry(…)',
  discard: 'discard()',
  'dead-letter': 'deadLetter()',
  crash: 'crash()',
};

const allKinds = Object.keys(policyNames) as OutcomePolicy['kind'][];

function isInterceptor(value: unknown): boolean {
  return typeof value === 'function' || hasMethod(value, 'intercept');
}

function isPriorityOrder(value: unknown): boolean {
  if (value === 'strict' || value === 'weighted') return true;
  const weights = fieldOf(value, 'weights');
  if (!Array.isArray(weights) || weights.length === 0 || weights.length > MAX_PRIORITIES)
    return false;
  return weights.every((weight) => typeof weight === 'number' && weight > 0 && weight < Infinity);
}

function isFormat(value: unknown): boolean {
  return (
    typeof fieldOf(value, 'name') === 'string' &&
    hasMethod(value, 'encode') &&
    hasMethod(value, 'decode')
  );
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof fieldOf(value, name) === 'function';
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}
