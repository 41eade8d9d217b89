import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsProducer, SqsTask } from '../../lib/index.js';
import { pipelineSetup } from './pipelines/setup.js';

describe('several workers on one queue', () => {
  test('share its tasks, and none is handled twice', async () => {
    const { worker, work, service } = pipelineSetup();
    const doneBy = new Map<number, number[]>();
    const workerNamed = (name: number) => {
      @Controller()
      class Counting {
        @SqsTask('count', { queue: 'counts' })
        async count(@Payload() n: number): Promise<void> {
          doneBy.set(n, [...(doneBy.get(n) ?? []), name]);
          await Promise.resolve();
        }
      }
      const module = { queues: ['counts'], onMissingQueue: 'create' as const };
      return worker({
        pipelines: [],
        controllers: [Counting],
        module,
        worker: { queues: ['counts'], concurrency: 2, prefetch: 0 },
      });
    };
    const apps = [await workerNamed(1), await workerNamed(2), await workerNamed(3)];
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    await apps[0].get(SqsProducer).sendMany({ queue: 'counts', pattern: 'count' }, numbers);
    await work(60_000);

    expect([...doneBy.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
    expect([...doneBy.values()].every((names) => names.length === 1)).toBe(true);
    expect(new Set([...doneBy.values()].flat())).toEqual(new Set([1, 2, 3]));
    expect(service.messages('counts')).toEqual([]);
  });
});
