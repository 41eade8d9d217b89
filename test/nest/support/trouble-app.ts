import { Controller } from '@nestjs/common';
import type {
  INestApplication,
  INestMicroservice,
  LoggerService,
  ModuleMetadata,
  Type,
} from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { runSqsWorker, SqsModule, SqsProducer, SqsTask, sqsWorker } from '../../../lib/index.js';
import type { SqsModuleOptions, TaskSchema } from '../../../lib/index.js';
import { defaultParts } from '../../../lib/nest/adapters/default-parts.js';
import { SQS_RUNTIME_PARTS } from '../../../lib/nest/sqs.constants.js';
import { ManualClock, settlePromises } from '../../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { Hanging } from '../../support/hanging-gateway.js';
import { fakeProcess } from './fake-process.js';
import type { FakeProcess } from './fake-process.js';
import { RecordingLogger } from './recording-logger.js';

/** What is wrong in an app. */
export interface Trouble {
  name: string;
  /** The handler may be left, which has to be said. */
  hangs?: boolean;
  /** Of the task that sends another one. */
  enhancers?: MethodDecorator[];
  schema?: TaskSchema;
  providers?: Type[];
  module?: SqsModuleOptions;
  logger?: LoggerService;
  /** What the handler does before it sends. */
  handle?: () => unknown;
  /** Before any worker runs: the task is in its queue. */
  hang?: (hanging: Hanging) => void;
  /** Once the worker runs. */
  begin?: (app: TroubleApp) => void;
}

/** How it ends, and the milliseconds that this may take. */
export interface End {
  name: string;
  kind: 'worker' | 'hybrid';
  withinMs: number;
  end(app: TroubleApp): Promise<unknown>;
}

/** Milliseconds that each part has; short, and told apart from the defaults. */
export const DRAIN_MS = 2_000;
export const CLOSE_MS = 1_000;
export const APP_CLOSE_MS = 8_000;
export const SEND_MS = 60_000;

export interface TroubleApp {
  readonly app: INestMicroservice | INestApplication;
  readonly run: Promise<unknown>;
  readonly host: FakeProcess;
  readonly clock: ManualClock;
  readonly service: MemoryQueueService;
  readonly logger: RecordingLogger;
  /** What became of the handler, and of its send. */
  readonly seen: { started: number; ended: number; sent: number; notSent: unknown[] };
}

/**
 * An app with one task, whose handler sends another one. It runs by `runSqsWorker()` on a process that a test signals; its
 * queues are in memory, and all time is a manual clock's.
 */
export async function troubleApp(trouble: Trouble, kind: End['kind']): Promise<TroubleApp> {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const memory = new MemoryGateway({ service });
  await memory.createQueue('next');
  const jobsUrl = await memory.createQueue('jobs');
  await memory.sendBatch(jobsUrl, [{ body: '{"pattern":"job","data":1}' }]);
  const hanging = new Hanging();
  const logger = new RecordingLogger();
  const seen: TroubleApp['seen'] = { started: 0, ended: 0, sent: 0, notSent: [] };

  @Controller()
  class Jobs {
    constructor(private readonly sqs: SqsProducer) {}

    @SqsTask('job', { queue: 'jobs' })
    async job(@Payload() data: unknown): Promise<void> {
      seen.started++;
      await trouble.handle?.();
      try {
        const { schema } = trouble;
        const next = { queue: 'next', pattern: 'next', ...(schema && { schema }) };
        await this.sqs.send(next, data);
        seen.sent++;
      } catch (error) {
        seen.notSent.push(error);
        throw error;
      }
      seen.ended++;
    }
  }
  for (const enhance of trouble.enhancers ?? []) {
    const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, 'job');
    if (descriptor !== undefined) enhance(Jobs.prototype, 'job', descriptor);
  }

  const module: SqsModuleOptions = {
    connection: { gateway: hanging.over(memory) },
    queues: ['jobs', 'next'],
    producer: { sendTimeoutMs: SEND_MS, closeTimeoutMs: CLOSE_MS },
    ...trouble.module,
  };
  const metadata: ModuleMetadata = {
    imports: [SqsModule.forRoot(module)],
    controllers: [Jobs],
    providers: trouble.providers ?? [],
  };
  const testing = await Test.createTestingModule(metadata)
    .setLogger(trouble.logger ?? logger)
    .overrideProvider(SQS_RUNTIME_PARTS)
    .useValue({ ...defaultParts, clock })
    .compile();
  const worker = sqsWorker({
    queues: ['jobs'],
    drainTimeoutMs: DRAIN_MS,
    closeTimeoutMs: APP_CLOSE_MS,
  });
  const app =
    kind === 'worker' ? testing.createNestMicroservice(worker) : testing.createNestApplication();
  if ('connectMicroservice' in app) app.connectMicroservice(worker, { inheritAppConfig: true });
  trouble.hang?.(hanging);
  const host = { ...fakeProcess(), clock };
  const run = runSqsWorker(app as INestMicroservice, {}, host);
  run.catch(() => {});
  const made = { app, run, host, clock, service, logger, seen };
  trouble.begin?.(made);
  await clock.advance(1_000);
  return made;
}

/** Lets the end come in its time; answers the milliseconds that it took. @throws Error where it does not come */
export async function timeOf(app: TroubleApp, { end, withinMs }: End): Promise<number> {
  const { clock } = app;
  const startedAt = clock.now();
  const progress = { isOver: false };
  const over = (): void => void (progress.isOver = true);
  end(app).then(over, over);
  await settlePromises();
  while (!progress.isOver && clock.now() - startedAt < withinMs) await clock.advance(50);
  if (!progress.isOver) throw new Error(`It has not ended after ${withinMs} ms.`);
  return clock.now() - startedAt;
}
