// The composition root: what users import, and where features are joined to the ports that they fill.
import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { cliFeature } from './features/cli/index.js';
import { isolationFeature } from './features/isolation/index.js';
import { operationsFeature } from './features/operations/index.js';
import { pipelineModule, pipelinesFeature } from './features/pipelines/index.js';
import type { PipelineModule } from './features/pipelines/index.js';
import { taskContextFeature } from './features/task-context/index.js';
import { SqsModule as NestSqsModule } from './nest/index.js';

export * from './contracts/index.js';
export * from './consumer/retry/index.js';
export * from './consumer/stopping/index.js';
export type { FailedMessage, ProcessBatchOptions, ProcessedBatch } from './consumer/consumer.js';
export type { MessageStream, StreamedDelivery } from './consumer/message-stream.js';
export * from './nest/index.js';
export * from './producer/index.js';
export {
  compressed,
  eventBridge,
  jsonCodec,
  lenientJsonCodec,
  nativeFormat,
  rawFormat,
  richCodec,
  s3Event,
  sns,
  sqspipes,
  sqsWorkers,
  squids,
  taskmaster,
  zcSqs,
} from './serialization/index.js';
export type {
  CompressionOptions,
  EventBridgeOptions,
  PythonArguments,
  S3EventOptions,
  S3EventRecord,
  SnsOptions,
  SqsWorkersCodec,
  SqsWorkersOptions,
  SquidsOptions,
  TaskmasterOptions,
} from './serialization/index.js';
export { SqsEmbedded } from './queue-client/index.js';
export type { ConnectionOptions } from './queue-client/index.js';
export { SQS_WORKER_OPTIONS } from './features/cli/index.js';
export { SqsDeadLetters, SqsQueues } from './features/operations/index.js';
export {
  OutputNotSentError,
  SKIP,
  Source,
  SqsPipeline,
  SqsPipelines,
  Stage,
  StageResults,
} from './features/pipelines/index.js';
export type {
  ItemGroup,
  ItemPriority,
  PipelineModule,
  PipelineOptions,
  PipelineQueue,
  ResultOptions,
  SourceOptions,
  StageOptions,
} from './features/pipelines/index.js';
export {
  CannotCrossError,
  MemberCrashedError,
  MemberStartError,
  PoolClosedError,
} from './features/isolation/index.js';
export type { IsolatedTaskContext } from './features/isolation/index.js';
export { NoTaskContextError, TaskContext } from './features/task-context/index.js';

/** Background tasks on Amazon SQS: once `forRoot` in the app, `registerQueue` where queues are used. */
@Module({})
export class SqsModule extends NestSqsModule {
  protected static override readonly features = [
    taskContextFeature,
    isolationFeature,
    operationsFeature,
    pipelinesFeature,
    cliFeature,
  ];

  /**
   * Pipelines of this app, each once: classes with `@SqsPipeline()`, with the modules that they inject from. Nothing of
   * them runs until `sqsWorker({ stages })` names it.
   * @throws InvalidOptionsError
   */
  static registerPipeline(...pipelines: readonly (Type | PipelineModule)[]): DynamicModule {
    return pipelineModule(this, pipelines);
  }
}
