import { InvalidOptionsError } from '../../contracts/index.js';
import type { FeatureQueue, QueueHandle, WorkerOptions } from '../../contracts/index.js';
import type { SqsRuntime } from '../sqs.runtime.js';

/** What the app's features have a worker consume. @throws InvalidOptionsError, UnknownNameError */
export function queuesOfFeatures(host: SqsRuntime, options: WorkerOptions): FeatureQueue[] {
  const features = host.workerFeatures;
  if (options.stages !== undefined && features.length === 0) throw nobodyServesStages();
  return features.flatMap((feature) => [...feature.queues(options)]);
}

/** A worker that names stages, and no queues, consumes nothing else. */
export function withFeatureQueues(
  options: WorkerOptions,
  added: readonly FeatureQueue[],
): WorkerOptions {
  if (added.length === 0 && options.stages === undefined) return options;
  return { ...options, queues: [...(options.queues ?? []), ...added.map((one) => one.options)] };
}

export function handlesOf(queues: readonly FeatureQueue[]): ReadonlyMap<string, QueueHandle> {
  return new Map(
    queues.flatMap(({ options, handle }) => (handle === undefined ? [] : [[options.name, handle]])),
  );
}

function nobodyServesStages(): InvalidOptionsError {
  const problem =
    'stages are those of pipelines in an app with SqsModule.forRoot(), and this worker has no such app; ' +
    'import SqsModule and SqsModule.registerPipeline(), and use sqsWorker()';
  return new InvalidOptionsError({ where: 'new ServerSqs()', problems: [problem] });
}
