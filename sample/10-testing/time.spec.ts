import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { constant, retry, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';

// A quarter of an hour, half a day, five attempts, a deduplication window: nobody waits for any of it.

const HOUR_MS = 3_600_000;

@Controller()
class Slow {
  constructor(private readonly harness: SqsHarness) {}

  @MessagePattern('work')
  async work(@Payload() hours: number): Promise<void> {
    await this.harness.sleep(hours * HOUR_MS);
  }

  @MessagePattern('fail')
  fail(): void {
    throw new Error('never works');
  }
}

let app: INestMicroservice;
let sqs: SqsProducer;
let harness: SqsHarness;

beforeEach(async () => {
  const jobs = { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 5 } };
  const queues = [jobs, { name: 'orders.fifo' }];
  const module = await Test.createTestingModule({
    imports: [SqsTestingModule.forRoot({ queues, silent: true })],
    controllers: [Slow],
  }).compile();
  const onError = retry(constant(60));
  app = module.createNestMicroservice(sqsWorker({ queues: ['jobs', 'orders.fifo'], onError }));
  await app.listen();
  sqs = app.get(SqsProducer);
  harness = app.get(SqsHarness);
});

afterEach(() => app.close());

const work = { queue: 'jobs', pattern: 'work' };

describe('Time', () => {
  test('a task that is delayed by fifteen minutes', async () => {
    await sqs.send(work, 0, { delaySeconds: 900 });

    await harness.advance(899_000);
    expect(harness.messages('jobs')).toMatchObject([{ state: 'delayed' }]);
    await harness.advance(2_000);

    expect(harness.handled('work')).toHaveLength(1);
  });

  test('a task that takes nearly twelve hours', async () => {
    await sqs.send(work, 11.9);

    await harness.advance(12 * HOUR_MS);

    expect(harness.handled('work')).toMatchObject([{ attempt: 1, outcome: { kind: 'success' } }]);
  });

  test('a task that fails five times lies among the dead letters', async () => {
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, 'poison');

    await harness.advance(10 * 60_000);

    expect(harness.handled('fail')).toHaveLength(5);
    expect(harness.messages('jobs-dead')).toMatchObject([{ pattern: 'fail', data: 'poison' }]);
  });

  test('a FIFO queue drops a duplicate for five minutes', async () => {
    const order = { queue: 'orders.fifo', pattern: 'work' };
    const options = { groupId: 'ada', deduplicationId: 'order-1' };

    await sqs.send(order, 0, options);
    await sqs.send(order, 0, options);
    await harness.flush();
    expect(harness.handled('work')).toHaveLength(1);

    await harness.advance(5 * 60_000);
    await sqs.send(order, 0, options);
    await harness.flush();
    expect(harness.handled('work')).toHaveLength(2);
  });
});
