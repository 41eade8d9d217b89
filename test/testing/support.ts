import type { INestMicroservice, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { constant, retry, SqsProducer, sqsWorker } from '../../lib/index.js';
import type { WorkerOptions } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';
import type { SqsTestingOptions } from '../../lib/testing/index.js';

export interface Facts extends ModuleMetadata {
  testing?: SqsTestingOptions;
  worker?: WorkerOptions;
}

const open: { close(): Promise<unknown> }[] = [];

/** A worker on the testing module; its queue is `jobs`, and its tasks are tried again a minute later. */
export async function startWorker(facts: Facts) {
  const module = await compile(facts);
  const options = { queues: ['jobs'], onError: retry(constant(60)), ...facts.worker };
  const app = module.createNestMicroservice(sqsWorker(options));
  closeLater(app);
  await app.listen();
  return { app, sqs: app.get(SqsProducer), harness: app.get(SqsHarness) };
}

/** An app without a worker. */
export async function startWeb(facts: Facts) {
  const module = await compile(facts);
  closeLater(module);
  await module.init();
  return { app: module, sqs: module.get(SqsProducer), harness: module.get(SqsHarness) };
}

export function compile({ testing, worker: _worker, imports = [], ...metadata }: Facts) {
  const kit = SqsTestingModule.forRoot({ queues: ['jobs'], silent: true, ...testing });
  return Test.createTestingModule({ imports: [...imports, kit], ...metadata }).compile();
}

export function closeLater(app: Pick<INestMicroservice, 'close'>): void {
  open.push(app);
}

export async function closeAll(): Promise<void> {
  for (const app of open.splice(0)) await app.close();
}
