import type {
  INestApplication,
  INestApplicationContext,
  LoggerService,
  ModuleMetadata,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { constant, retry, SqsModule, SqsProducer, sqsWorker } from '../../../lib/index.js';
import type { SqsModuleOptions, WorkerOptions } from '../../../lib/index.js';
import { defaultParts } from '../../../lib/nest/adapters/default-parts.js';
import { SQS_RUNTIME_PARTS } from '../../../lib/nest/sqs.constants.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../../lib/queue-client/memory/memory-queue-service.js';
import { RecordingLogger } from './recording-logger.js';

/** `hybrid` comes without a port; `web` has no worker. */
export type AppKind = 'worker' | 'hybrid' | 'web';

export interface MemoryAppFacts extends ModuleMetadata {
  kind?: AppKind;
  module?: SqsModuleOptions;
  worker?: WorkerOptions;
  queues?: readonly string[];
  /** Before a hybrid app starts. */
  prepare?: (app: INestApplication) => void;
  /** In the place of the logger that records. */
  nestLogger?: LoggerService;
  /** Before a worker starts: another logger yet, that the app has made. */
  chooseLogger?: (app: INestApplicationContext) => void;
}

export interface MemoryApp {
  readonly app: INestApplicationContext;
  readonly clock: ManualClock;
  readonly service: MemoryQueueService;
  readonly gateway: MemoryGateway;
  readonly logger: RecordingLogger;
  readonly producer: SqsProducer;
  /** Lets workers receive, run and settle what there is. */
  work(): Promise<void>;
  close(): Promise<void>;
}

const running: MemoryApp[] = [];

/** Far enough away that no test meets a second attempt by chance. */
const onError = retry(constant(600));

/** A whole app of any kind on a memory service, both on one manual clock; its queue is `jobs` unless others are named. */
export async function memoryApp(facts: MemoryAppFacts): Promise<MemoryApp> {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const gateway = new MemoryGateway({ service });
  const logger = new RecordingLogger();
  const { queues = ['jobs'] } = facts;
  for (const queue of queues) await gateway.createQueue(queue);
  const module = { connection: { gateway }, queues, ...facts.module };
  const testing = await compile(facts, module, clock, logger);
  const app = await starters[facts.kind ?? 'worker'](testing, {
    ...facts,
    worker: { queues, onError, ...facts.worker },
  });
  const closeApp = async (): Promise<void> => {
    const closing = app.close();
    await clock.advance(60_000);
    await closing;
  };
  const producer = app.get(SqsProducer);
  const work = () => clock.advance(1_000);
  const made = { app, clock, service, gateway, logger, producer, work, close: once(closeApp) };
  running.push(made);
  return made;
}

export async function closeApps(): Promise<void> {
  for (const app of running.splice(0)) await app.close();
}

function compile(
  facts: MemoryAppFacts,
  module: SqsModuleOptions,
  clock: ManualClock,
  logger: RecordingLogger,
): Promise<TestingModule> {
  const { imports = [], controllers = [], providers = [] } = facts;
  const sqs = SqsModule.forRoot(module);
  return Test.createTestingModule({ imports: [sqs, ...imports], controllers, providers })
    .setLogger(facts.nestLogger ?? logger)
    .overrideProvider(SQS_RUNTIME_PARTS)
    .useValue({ ...defaultParts, clock })
    .compile();
}

type Starter = (testing: TestingModule, facts: MemoryAppFacts) => Promise<INestApplicationContext>;

const starters: Record<AppKind, Starter> = {
  async worker(testing, { worker, chooseLogger }) {
    const app = testing.createNestMicroservice(sqsWorker(worker));
    chooseLogger?.(app);
    await app.listen();
    return app;
  },
  async hybrid(testing, { worker, prepare }) {
    const app = testing.createNestApplication();
    prepare?.(app);
    app.connectMicroservice(sqsWorker(worker), { inheritAppConfig: true });
    await app.startAllMicroservices();
    return app.init();
  },
  async web(testing) {
    return testing.createNestApplication().init();
  },
};

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}
