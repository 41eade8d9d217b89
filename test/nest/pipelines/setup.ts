import type { INestMicroservice, ModuleMetadata, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SqsModule, SqsPipelines, sqsWorker } from '../../../lib/index.js';
import type { PipelineModule, SqsModuleOptions, WorkerOptions } from '../../../lib/index.js';
import type { QueueGateway } from '../../../lib/contracts/index.js';
import { defaultParts } from '../../../lib/nest/adapters/default-parts.js';
import { SQS_RUNTIME_PARTS } from '../../../lib/nest/sqs.constants.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from '../support/recording-logger.js';

export interface PipelineAppFacts extends ModuleMetadata {
  pipelines: readonly (Type | PipelineModule)[];
  worker?: WorkerOptions;
  module?: SqsModuleOptions;
  /** Between the app and the service. */
  gateway?: QueueGateway;
}

/** A memory service on a manual clock, and any number of worker apps with pipelines around it. */
export function pipelineSetup() {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const gateway = new MemoryGateway({ service });
  const logger = new RecordingLogger();
  const open: { close(): Promise<unknown> }[] = [];
  const closeAll = async (): Promise<void> => {
    const closing = Promise.all(open.splice(0).map((app) => app.close()));
    await clock.advance(60_000);
    await closing;
  };
  onTestFinished(closeAll);

  const compile = async (facts: PipelineAppFacts) => {
    const { pipelines, module, imports = [], worker: _worker, gateway: own, ...metadata } = facts;
    const sqs = SqsModule.forRoot({ connection: { gateway: own ?? gateway }, ...module });
    const lines = pipelines.length === 0 ? [] : [SqsModule.registerPipeline(...pipelines)];
    return Test.createTestingModule({ ...metadata, imports: [sqs, ...lines, ...imports] })
      .setLogger(logger)
      .overrideProvider(SQS_RUNTIME_PARTS)
      .useValue({ ...defaultParts, clock })
      .compile();
  };

  return {
    clock,
    service,
    gateway,
    logger,
    async worker(facts: PipelineAppFacts): Promise<INestMicroservice> {
      const testing = await compile(facts);
      const app = testing.createNestMicroservice(sqsWorker(facts.worker));
      open.push(app);
      await app.listen();
      return app;
    },
    /** An app without a worker. */
    async web(facts: PipelineAppFacts) {
      const app = await compile(facts);
      open.push(app);
      return app.init();
    },
    /** Lets workers receive, run and settle what there is. */
    work: (ms = 1_000) => clock.advance(ms),
    /** Bodies that can be received now. */
    async bodies(queue: string): Promise<unknown[]> {
      const url = await gateway.getQueueUrl(queue);
      const messages = await gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
      return messages.map(({ body }) => JSON.parse(body) as unknown);
    },
    closeAll,
  };
}

/** The one instance that Nest made of a pipeline's class. */
export function instanceOf<T>(app: INestMicroservice, type: Type<T>): T {
  return app.get(type, { strict: false });
}

/** Everything that a loop gives until it ends. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

export const pipelinesIn = (app: INestMicroservice): SqsPipelines => app.get(SqsPipelines);
