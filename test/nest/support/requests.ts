import type { INestApplicationContext, INestMicroservice, ModuleMetadata } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { Observable } from 'rxjs';
import { defaultParts } from '../../../lib/nest/adapters/default-parts.js';
import { ClientSqs, SqsModule, sqsWorker } from '../../../lib/nest/index.js';
import type { ClientSqsOptions, SqsModuleOptions } from '../../../lib/nest/index.js';
import { SQS_RUNTIME_PARTS } from '../../../lib/nest/sqs.constants.js';
import type { WorkerOptions } from '../../../lib/contracts/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from './recording-logger.js';

export const OWN_REPLIES = { prefix: 'replies-', create: true } as const;
const JOBS = { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 3 } };

/** A memory service on a manual clock, with any number of requesters and workers of one queue around it. */
export function requestSetup() {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const gateway = new MemoryGateway({ service });
  const logger = new RecordingLogger();
  const open: { close(): Promise<unknown> }[] = [];

  const compile = async (metadata: ModuleMetadata, module: SqsModuleOptions) => {
    const sqs = SqsModule.forRoot({ connection: { gateway }, queues: [JOBS], ...module });
    return Test.createTestingModule({ ...metadata, imports: [sqs, ...(metadata.imports ?? [])] })
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
    async client(
      options: Partial<ClientSqsOptions> = { reply: OWN_REPLIES },
      module: SqsModuleOptions = {},
    ): Promise<{ client: ClientSqs; app: INestApplicationContext }> {
      const definition = {
        name: 'JOBS',
        customClass: ClientSqs,
        options: { queue: 'jobs', ...options },
      };
      const app = await compile({ imports: [ClientsModule.register([definition])] }, module);
      await app.init();
      open.push(app);
      return { client: app.get<ClientSqs>('JOBS'), app };
    },
    async worker(
      controller: new (...args: never[]) => object,
      worker: WorkerOptions = {},
      module: SqsModuleOptions = {},
    ): Promise<INestMicroservice> {
      const testing = await compile({ controllers: [controller] }, module);
      const app = testing.createNestMicroservice(sqsWorker({ queues: ['jobs'], ...worker }));
      await app.listen();
      open.push(app);
      return app;
    },
    /** Sends a request as any program could. */
    async sendBody(body: object): Promise<void> {
      const url = await gateway.getQueueUrl('jobs');
      await gateway.sendBatch(url, [{ body: JSON.stringify(body) }]);
    },
    replyQueues: () => service.queueNames().filter((name) => name.startsWith('replies-')),
    /** Closes apps while the clock goes on; fails where a timer is left. */
    async closeAll(apps = open.splice(0)): Promise<void> {
      const closing = Promise.all(apps.map((app) => app.close()));
      await clock.advance(30_000);
      await closing;
    },
  };
}

export type RequestSetup = ReturnType<typeof requestSetup>;

/** What an Observable gave so far, and how it ended. */
export interface Seen {
  readonly values: unknown[];
  error?: unknown;
  isComplete: boolean;
}

export function watch(source: Observable<unknown>): Seen {
  const seen: Seen = { values: [], isComplete: false };
  source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.isComplete = true),
  });
  return seen;
}
