// The composition root: what users import, and where features are joined to the ports that they fill.
import { Module } from '@nestjs/common';
import { isolationFeature } from './features/isolation/index.js';
import { taskContextFeature } from './features/task-context/index.js';
import { SqsModule as NestSqsModule } from './nest/index.js';

export * from './contracts/index.js';
export * from './consumer/retry/index.js';
export * from './consumer/stopping/index.js';
export { DEAD_LETTER_REASON, DEAD_LETTER_SOURCE } from './consumer/dead-letter-copy.js';
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
  protected static override readonly features = [taskContextFeature, isolationFeature];
}
