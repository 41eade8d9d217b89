import type { INestMicroservice, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModuleBuilder } from '@nestjs/testing';
import type { WorkerOptions } from '../../../lib/contracts/index.js';
import { SqsModule, sqsWorker } from '../../../lib/nest/index.js';
import type { SqsModuleOptions } from '../../../lib/nest/index.js';
import { SQS_RUNTIME_PARTS } from '../../../lib/nest/sqs.constants.js';
import { fakeParts } from './fake-parts.js';
import { RecordingLogger } from './recording-logger.js';
import type { FakeParts } from './fake-parts.js';

export interface WorkerFacts extends ModuleMetadata {
  module?: SqsModuleOptions;
  worker?: WorkerOptions;
  parts?: FakeParts;
  logger?: RecordingLogger;
  /** Before the start, for global enhancers. */
  prepare?: (app: INestMicroservice) => void;
}

export interface StartedWorker {
  readonly app: INestMicroservice;
  readonly parts: FakeParts;
}

const running: { close(): Promise<unknown> }[] = [];

/** A Nest microservice on our transport, with a fake engine that the test drives. */
export async function startWorker(facts: WorkerFacts): Promise<StartedWorker> {
  const { parts = fakeParts(), worker = { queues: ['emails'] } } = facts;
  const testing = await testingModule({ ...facts, parts }).compile();
  const app = testing.createNestMicroservice(sqsWorker(worker));
  facts.prepare?.(app);
  await app.listen();
  running.push(app);
  return { app, parts };
}

export function testingModule(facts: WorkerFacts & { parts: FakeParts }): TestingModuleBuilder {
  const { imports = [], controllers = [], providers = [], module = {} } = facts;
  const sqs = SqsModule.forRoot(module);
  return Test.createTestingModule({ imports: [sqs, ...imports], controllers, providers })
    .setLogger(facts.logger ?? new RecordingLogger())
    .overrideProvider(SQS_RUNTIME_PARTS)
    .useValue(facts.parts);
}

export function closeLater(app: { close(): Promise<unknown> }): void {
  running.push(app);
}

export async function closeWorkers(): Promise<void> {
  for (const app of running.splice(0)) await app.close();
}
