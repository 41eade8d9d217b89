import type { HandlerLookup } from './handlers.js';
import type { WorkerOptions, WorkerQueueOptions } from './options/index.js';
import type { QueueHandle } from './queue-handle.js';

/** What a feature adds to each worker of an app. */
export interface WorkerFeature {
  /**
   * Queues that the worker consumes for the feature, besides those it names. Asked once, when the worker is made.
   * @throws InvalidOptionsError, UnknownNameError for options that the feature cannot serve
   */
  queues(worker: WorkerOptions): readonly FeatureQueue[];
  /** Puts the feature between the engine and the app's handlers. */
  handlers(lookup: HandlerLookup): HandlerLookup;
}

export interface FeatureQueue {
  readonly options: WorkerQueueOptions;
  /** What takes the place of an SQS queue. Left out: the queue of that name is found. */
  readonly handle?: QueueHandle;
}
