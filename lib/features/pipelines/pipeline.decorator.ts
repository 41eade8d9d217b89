import { Controller } from '@nestjs/common';
import { validateOptions } from '../../contracts/options/schema/index.js';
import { declareHandler } from '../../nest/decorators/declare-handler.js';
import { definePipeline } from './pipeline-definition.js';
import type { PipelineDefinition, StageDefinition } from './pipeline-definition.js';
import { pipelineSchema } from './pipeline-options.js';
import type { PipelineOptions } from './pipeline-options.js';
import { declareParameters } from './stage-arguments.js';
import { declaredStages } from './stage.decorators.js';

/**
 * A line of stages, one method each, with a queue between each two: `@Source()` makes items, every `@Stage()` gets what
 * the method above it returned. The class is a controller: its dependencies are injected, and Nest's pipes, guards,
 * interceptors and filters work on its methods. Register it with `SqsModule.registerPipeline()`, and name what is to run
 * in `sqsWorker({ stages })`.
 *
 * @example
 * ```ts
 * @SqsPipeline({ name: 'words' })
 * class Words {
 *   @Source({ intervalMs: 100 }) generate(): string { … }
 *   @Stage() reduce(word: string): [string, string] { … }
 *   @Stage({ concurrency: 16 }) count([word, vowels]: [string, string]): [string, number] { … }
 * }
 * ```
 * @throws InvalidOptionsError where the options or the stages make no pipeline
 */
export function SqsPipeline(options: PipelineOptions): ClassDecorator {
  validateOptions('@SqsPipeline()', pipelineSchema, options);
  return (type) => {
    const pipeline = definePipeline(type.name, options, declaredStages(type));
    for (const stage of pipeline.stages) declareStage(type.prototype as object, stage);
    Controller()(type);
    Reflect.defineMetadata(PIPELINE, pipeline, type);
  };
}

/** Undefined for a class without `@SqsPipeline()` of its own. */
export function pipelineOf(type: object): PipelineDefinition | undefined {
  return Reflect.getOwnMetadata(PIPELINE, type) as PipelineDefinition | undefined;
}

const PIPELINE = Symbol.for('nestjs-sqs-tasks:pipeline');

function declareStage(prototype: object, stage: StageDefinition): void {
  const { path, method, input, handlerOptions, isSource } = stage;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor;
  const definition = { kind: 'task', options: handlerOptions, isOnDemand: true } as const;
  declareParameters(prototype, method, { hasValue: !isSource });
  declareHandler({ pattern: path, queue: input.name, definition })(prototype, method, descriptor);
}
