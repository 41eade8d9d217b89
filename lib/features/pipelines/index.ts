export { SqsPipeline } from './pipeline.decorator.js';
export type {
  ItemGroup,
  ItemPriority,
  PipelineOptions,
  SourceOptions,
  StageOptions,
} from './pipeline-options.js';
export { OutputNotSentError } from './outputs.js';
export { pipelinesFeature } from './pipelines.feature.js';
export { pipelineModule } from './register-pipeline.js';
export type { PipelineModule } from './register-pipeline.js';
export { StageResults } from './results.js';
export { SKIP } from './skip.js';
export { SqsPipelines } from './sqs-pipelines.js';
export type { PipelineQueue, ResultOptions } from './sqs-pipelines.js';
export { Source, Stage } from './stage.decorators.js';
