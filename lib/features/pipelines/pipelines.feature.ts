import { Injectable } from '@nestjs/common';
import { tap } from 'rxjs';
import { InvalidOptionsError, SQS_LIMITS } from '../../contracts/index.js';
import type {
  ConsumeOptions,
  FeatureQueue,
  HandlerLookup,
  OutcomePolicy,
  SqsTaskInterceptor,
  WorkerFeature,
  WorkerOptions,
} from '../../contracts/index.js';
import { MAX_PRIORITIES } from '../../contracts/options/defaults.js';
import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { Outputs } from './outputs.js';
import { PipelineRegistry } from './pipeline-registry.js';
import type { StageDefinition } from './pipeline-definition.js';
import { selectStages } from './select-stages.js';
import type { SelectedStage } from './select-stages.js';
import { sourceBackoffSeconds } from './source-backoff.js';
import { sourceQueue } from './source-queue.js';
import { SqsPipelines } from './sqs-pipelines.js';
import { StageHandlers } from './stage-handlers.js';

/** Joins pipelines to workers: their stages' queues, and what becomes of what stages return. */
@Injectable()
class PipelinesJoin implements WorkerFeature {
  private readonly inputs: ReadonlyMap<string, StageDefinition>;
  private readonly args = new Map<StageDefinition, readonly unknown[]>();
  private readonly outputs: Outputs;

  constructor(private readonly registry: PipelineRegistry) {
    const { runtime, queues } = registry;
    const { producer, workerLogger: logger } = runtime;
    const stages = [...registry.all()].flatMap((pipeline) => pipeline.stages);
    this.inputs = new Map(stages.map((stage) => [runtime.nameOf(stage.input.name), stage]));
    this.outputs = new Outputs({ producer, queues, clock: runtime.parts.clock, logger });
    // Apps without pipelines pay for no further link around their deliveries.
    const taskObservers = stages.length === 0 ? [] : [this.publishing];
    runtime.use({ workers: this, taskObservers });
  }

  queues(worker: WorkerOptions): readonly FeatureQueue[] {
    this.refuseBareInputs(worker);
    const selected = selectStages(this.registry.pipelines, worker.stages ?? []);
    return selected.map((one) => this.queueOf(one, worker));
  }

  handlers(handlers: HandlerLookup): HandlerLookup {
    if (this.inputs.size === 0) return handlers;
    const { outputs, registry } = this;
    return new StageHandlers({
      handlers,
      outputs,
      stageAt: (queue) => this.inputs.get(queue),
      argumentsOf: (stage) => this.args.get(stage) ?? [],
      onDone: (stage, delivery, output) => registry.results.keep(stage, delivery, output),
    });
  }

  private queueOf({ stage, options: said }: SelectedStage, worker: WorkerOptions): FeatureQueue {
    const { runtime, queues } = this.registry;
    const { stage: _stage, args = [], ...own } = said;
    const { concurrency = worker.concurrency } = stage;
    const { name } = stage.input;
    this.args.set(stage, args);
    if (stage.output !== undefined) queues.register(stage.output);
    if (!stage.isSource) {
      queues.register(stage.input);
      return { options: { ...(concurrency === undefined ? {} : { concurrency }), ...own, name } };
    }
    const { onError = errorPolicyOf(worker) } = own;
    const options = { concurrency: stage.concurrency ?? 1, ...own, onError, ...ofSources, name };
    return { options, handle: sourceQueue(stage, runtime.parts.clock) };
  }

  /** Named among `queues`, a stage would run without its worker having said so. */
  private refuseBareInputs({ queues = [] }: WorkerOptions): void {
    for (const queue of queues) {
      const name = typeof queue === 'string' ? queue : queue.name;
      const stage = this.inputs.get(this.registry.runtime.nameOf(name));
      if (stage === undefined) continue;
      const problem = `queue "${name}" holds the items of stage "${stage.path}": name the stage in stages instead of the queue in queues`;
      throw new InvalidOptionsError({ where: 'sqsWorker()', problems: [problem] });
    }
  }

  private readonly publishing: SqsTaskInterceptor = {
    intercept: (delivery, next) =>
      next.handle().pipe(
        tap((outcome) => {
          if (outcome.kind === 'success') this.registry.results.publish(delivery);
        }),
      ),
  };
}

/** A source has nothing to dead-letter: a policy of the worker that says so is for its queues. */
function errorPolicyOf({ onError }: WorkerOptions): OutcomePolicy {
  return onError === undefined || onError.kind === 'dead-letter' ? resting : onError;
}

const resting: OutcomePolicy = { kind: 'retry', backoff: sourceBackoffSeconds };

/**
 * What a worker says of its queues, and what no source has: messages that wait, that others could take over after a
 * time, that are deleted or that nothing understands.
 */
const ofSources = {
  // A run that waits for a slot would be one that began too soon.
  prefetch: 0,
  settleLingerMs: 0,
  ack: 'after',
  waitTimeSeconds: SQS_LIMITS.waitTimeSeconds,
  // Nobody else could take a run over: there is nothing to renew.
  visibilityTimeoutSeconds: SQS_LIMITS.visibilityTimeoutSeconds,
  onUnknownTask: resting,
  onInvalidMessage: resting,
  // A window of levels is for what is taken from queues: whoever names a source means all of it.
  minPriority: 0,
  maxPriority: MAX_PRIORITIES - 1,
} as const satisfies ConsumeOptions;

export const pipelinesFeature: SqsFeature = {
  providers: [PipelineRegistry, PipelinesJoin, SqsPipelines],
  exports: [SqsPipelines],
};
