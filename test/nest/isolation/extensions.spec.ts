import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  constant,
  retry,
  SqsModule,
  SqsProducer,
  sqsWorker,
  SqsWorkers,
  TaskHardTimeoutError,
} from '../../../lib/index.js';
import type { WorkerEvents } from '../../../lib/index.js';
import { startEmbedded } from '../../support/embedded.js';
import { FaultProxy, serverError } from '../../support/fault-proxy.js';
import { signal } from '../../support/signals.js';
import { actor } from './actor.js';
import { inFile } from './fixtures/members.js';

describe('a failed extension', { timeout: 60_000 }, () => {
  test('disarms no hard limit, and later ones resume', async ({ onTestFinished }) => {
    const { app, proxy } = await appBehindProxy(onTestFinished);
    const rule = proxy.inject({
      operation: 'ChangeMessageVisibilityBatch',
      times: 1,
      fault: serverError(),
    });
    const ends = signal<WorkerEvents['task:settled']>();
    const rounds = signal<WorkerEvents['lease:extended']>();
    app.get(SqsWorkers).on('task:settled', (settled) => ends.fire(settled));
    app.get(SqsWorkers).on('lease:extended', (extended) => rounds.fire(extended));

    await app.get(SqsProducer).send({ queue: 'jobs', pattern: 'act' }, { act: 'loop' });
    await rounds.next();
    const { outcome } = await ends.next();

    expect(rule.hits).toBe(1);
    expect(outcome).toMatchObject({ kind: 'retry', wanted: false });
    expect((outcome as { error: Error }).error).toBeInstanceOf(TaskHardTimeoutError);
    expect(ends.count).toBe(1);
  });
});

async function appBehindProxy(onTestFinished: (end: () => Promise<void>) => void) {
  const service = await startEmbedded();
  const proxy = await FaultProxy.start({ target: service.endpoint });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const connection = { endpoint: proxy.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const task = { isolate: inFile('thread'), hardTimeoutMs: 2_500, onError: retry(constant(600)) };
  const queues = [{ name: 'jobs', visibilityTimeoutSeconds: 2 }];

  @Module({
    imports: [SqsModule.forRoot({ connection, queues, onMissingQueue: 'create' })],
    controllers: [actor(task)],
  })
  class LoopModule {}
  const worker = sqsWorker({ queues: ['jobs'] });
  const app = await NestFactory.createMicroservice(LoopModule, { ...worker, logger: false });
  await app.listen();
  onTestFinished(async () => {
    await app.close();
    await proxy.close();
    await service.close();
  });
  return { app, proxy };
}
