import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { findPipelines } from './find-pipelines.js';
import type { PipelineDefinition, StageDefinition } from './pipeline-definition.js';
import { PipelineQueues } from './pipeline-queues.js';
import { ResultHub } from './results.js';
import { pipelineNamed, stageNamed } from './select-stages.js';

/** What an app knows of its pipelines. */
@Injectable()
export class PipelineRegistry implements OnApplicationShutdown {
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly queues: PipelineQueues;
  readonly results = new ResultHub();

  /** @throws InvalidOptionsError */
  constructor(
    readonly runtime: SqsRuntime,
    modules: ModulesContainer,
  ) {
    this.pipelines = findPipelines(modules);
    this.queues = new PipelineQueues(runtime);
  }

  all(): Iterable<PipelineDefinition> {
    return this.pipelines.values();
  }

  /** @throws UnknownNameError */
  pipeline(name: string): PipelineDefinition {
    return pipelineNamed(this.pipelines, name);
  }

  /** @throws UnknownNameError */
  stage(path: string): StageDefinition {
    return stageNamed(this.pipelines, path);
  }

  /** Workers have drained by now. */
  onApplicationShutdown(): void {
    this.results.end();
  }
}
