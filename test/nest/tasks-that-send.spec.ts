import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { defineTask, SqsProducer, SqsTask } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const countDown = defineTask<{ n: number }>('count_down', { queue: 'jobs' });

test('a task that sends itself runs as often as it asks for: for three, four times', async () => {
  const seen: number[] = [];
  @Controller()
  class CountDown {
    constructor(private readonly sqs: SqsProducer) {}

    @SqsTask(countDown)
    async run(@Payload() { n }: { n: number }): Promise<void> {
      seen.push(n);
      if (n > 0) await this.sqs.send(countDown, { n: n - 1 });
    }
  }
  const app = await memoryApp({ controllers: [CountDown] });
  await app.producer.send(countDown, { n: 3 });
  await app.clock.advance(10_000);

  expect(seen).toEqual([3, 2, 1, 0]);
  expect(app.service.messages('jobs')).toEqual([]);
});
