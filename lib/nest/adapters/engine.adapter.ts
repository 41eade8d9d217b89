import type {
  ResolvedWorkerOptions,
  WorkerControl,
  WorkerOptions,
  WorkerSetup,
} from '../../contracts/index.js';
import { validateOptions, workerSchema } from '../../contracts/options/schema/index.js';
import { resolveWorkerOptions } from '../../consumer/options/resolve-worker-options.js';
import { Worker } from '../../consumer/worker.js';

export function createWorker(setup: WorkerSetup): WorkerControl {
  return new Worker(setup);
}

/** @throws InvalidOptionsError */
export function resolveWorker(options: WorkerOptions): ResolvedWorkerOptions {
  return resolveWorkerOptions(validateOptions('sqsWorker()', workerSchema, options));
}
