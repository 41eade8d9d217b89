import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  SqsModule,
  SqsProducer,
  SqsTask,
  SqsWorkers,
  sqsWorker,
  UnknownNameError,
} from '../../lib/index.js';
import { defaultParts } from '../../lib/nest/adapters/default-parts.js';
import { SQS_RUNTIME_PARTS } from '../../lib/nest/sqs.constants.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import { RecordingLogger } from './support/recording-logger.js';

afterEach(closeApps);

const seen: unknown[] = [];

@Controller()
class Jobs {
  @SqsTask('job') job(@Payload() data: unknown): void {
    seen.push(data);
  }
}

beforeEach(() => void (seen.length = 0));

describe('Pausing an app', () => {
  test.each([{ queue: 'jobs' }, { queue: undefined }])(
    'before it listens holds from the start on: $queue',
    async ({ queue }) => {
      const { app, workers, clock, producer, listen } = await notListening();
      workers.pause(queue);
      workers.setConcurrency('jobs', 3);
      await listen();
      await producer.send({ queue: 'jobs', pattern: 'job' }, 1);
      await clock.advance(60_000);
      expect(seen).toEqual([]);
      expect(workers.status()).toMatchObject([{ queues: [{ isPaused: true, concurrency: 3 }] }]);
      workers.resume(queue);
      await clock.advance(100);
      expect(seen).toEqual([1]);
      await close(app, clock);
    },
  );

  test('and resuming it before it listens is as if nothing was said', async () => {
    const { app, workers, clock, producer, listen } = await notListening();
    workers.pause();
    workers.resume('jobs');
    await listen();
    await producer.send({ queue: 'jobs', pattern: 'job' }, 1);
    await clock.advance(100);
    expect(seen).toEqual([1]);
    await close(app, clock);
  });

  test('before it listens, by the name of a queue that it does not consume, fails its start', async () => {
    const { app, workers, clock, listen } = await notListening();
    workers.all()[0]?.pause('jbos');
    await expect(listen()).rejects.toBeInstanceOf(UnknownNameError);
    await close(app, clock);
  });

  test('gives what its open poll brings to another worker, unhandled', async () => {
    const app = await memoryApp({ controllers: [Jobs] });
    await app.work();
    app.app.get(SqsWorkers).pause('jobs');
    await app.producer.send({ queue: 'jobs', pattern: 'job' }, 1);
    await app.work();
    expect(seen).toEqual([]);
    expect(app.service.messages('jobs')).toMatchObject([{ state: 'visible', receiveCount: 1 }]);
  });
});

async function notListening() {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock });
  const gateway = new MemoryGateway({ service });
  await gateway.createQueue('jobs');
  const testing = await Test.createTestingModule({
    imports: [SqsModule.forRoot({ connection: { gateway }, queues: ['jobs'] })],
    controllers: [Jobs],
  })
    .setLogger(new RecordingLogger())
    .overrideProvider(SQS_RUNTIME_PARTS)
    .useValue({ ...defaultParts, clock })
    .compile();
  const app = testing.createNestMicroservice(sqsWorker({ queues: ['jobs'] }));
  const workers = app.get(SqsWorkers);
  return { app, workers, clock, producer: app.get(SqsProducer), listen: () => app.listen() };
}

async function close(app: { close(): Promise<void> }, clock: ManualClock): Promise<void> {
  const closing = app.close();
  await clock.advance(30_000);
  await closing;
}
