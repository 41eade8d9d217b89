import {
  CONSUME_DEFAULTS,
  MAX_DEFAULT_PREFETCH,
  WORKER_DEFAULTS,
} from '../../contracts/options/defaults.js';
import { given } from '../../contracts/options/given.js';
import type {
  ConsumeOptions,
  ResolvedConsumeOptions,
  ResolvedWorkerOptions,
  ResolvedWorkerQueue,
  WorkerOptions,
  WorkerQueueOptions,
} from '../../contracts/options/index.js';
import { retry } from '../retry/policies.js';
import { never } from '../stopping/never.js';

/** Completes the options of a worker that were validated: a queue's own beat the worker's, the worker's beat the defaults. */
export function resolveWorkerOptions(options: WorkerOptions = {}): ResolvedWorkerOptions {
  return {
    queues: options.queues?.map((queue) => resolveQueue(queue, options)),
    defaults: resolveConsumeOptions(options),
    drainTimeoutMs: options.drainTimeoutMs ?? WORKER_DEFAULTS.drainTimeoutMs,
    closeTimeoutMs: options.closeTimeoutMs ?? WORKER_DEFAULTS.closeTimeoutMs,
    stopWhen: options.stopWhen ?? never(),
  };
}

function resolveQueue(
  queue: string | WorkerQueueOptions,
  worker: ConsumeOptions,
): ResolvedWorkerQueue {
  const own: WorkerQueueOptions = typeof queue === 'string' ? { name: queue } : queue;
  return {
    name: own.name,
    handlersOf: own.handlersOf ?? own.name,
    takesUnknownTasks: (own.onUnknownTask ?? worker.onUnknownTask) !== undefined,
    consume: resolveConsumeOptions(own, worker),
  };
}

/** Completes how one queue is consumed; earlier arguments beat later ones. */
export function resolveConsumeOptions(
  ...layers: readonly ConsumeOptions[]
): ResolvedConsumeOptions {
  const said: ConsumeOptions = Object.assign({}, ...layers.toReversed().map(given));
  const known = { ...DEFAULTS, ...consumeFieldsOf(said) };
  return {
    ...known,
    prefetch: said.prefetch ?? Math.min(known.concurrency, MAX_DEFAULT_PREFETCH),
  };
}

const DEFAULTS = {
  ...CONSUME_DEFAULTS,
  visibilityTimeoutSeconds: undefined,
  onError: retry(),
  onUnknownTask: retry(),
  onInvalidMessage: retry(),
  timeoutMs: undefined,
  maxAttempts: undefined,
  maxPriority: undefined,
} as const satisfies Omit<ResolvedConsumeOptions, 'prefetch'>;

type Defaulted = Omit<ResolvedConsumeOptions, 'prefetch'>;

/** Leaves out what is not about consuming: names, and what features add to a worker's options. */
function consumeFieldsOf(options: ConsumeOptions): Partial<Defaulted> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key in DEFAULTS));
}
