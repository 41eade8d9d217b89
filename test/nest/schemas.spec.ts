import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { InvalidTaskDataError } from '../../lib/contracts/index.js';
import { SqsBatchTask, SqsTask } from '../../lib/nest/index.js';
import type { SqsBatchItem } from '../../lib/nest/index.js';
import { defineTask } from '../../lib/producer/index.js';
import { fakeDelivery } from './support/fake-delivery.js';
import { closeWorkers, startWorker } from './support/start-worker.js';

afterEach(closeWorkers);

const schema = z.object({ n: z.coerce.number() });
const double = defineTask('double', { queue: 'emails', schema });

describe('a handler of a contract with a schema', () => {
  test('drops fields that it does not name, so that old handlers take new tasks', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Numbers {
      @SqsTask(double)
      double(@Payload() data: unknown): void {
        seen.push(data);
      }
    }
    const { parts } = await startWorker({ controllers: [Numbers] });
    await parts.engine.run({ pattern: 'double', data: { n: '21', since: 'version 2' } });
    expect(seen).toEqual([{ n: 21 }]);
  });

  test('gets what the schema makes of the data', async () => {
    @Controller()
    class Numbers {
      @SqsTask(double)
      double(@Payload() { n }: { n: number }): number {
        return n * 2;
      }
    }
    const { parts } = await startWorker({ controllers: [Numbers] });
    expect(await parts.engine.run({ pattern: 'double', data: { n: '21' } })).toBe(42);
    const failure = await parts.engine.failureOf({ pattern: 'double', data: { n: 'many' } });
    expect(failure).toBeInstanceOf(InvalidTaskDataError);
  });

  test('gets a batch without what does not fit', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Numbers {
      @SqsBatchTask(double)
      double(@Payload() items: SqsBatchItem[]): void {
        seen.push(...items.map((item) => item.data));
      }
    }
    const { parts } = await startWorker({ controllers: [Numbers] });
    const match = parts.engine.setup.handlers.find('emails', 'double');
    if (match?.kind !== 'batch') throw new Error('expected a batch handler');
    const failed = await match.handler.run([
      fakeDelivery({ id: 'a', data: { n: '1' } }),
      fakeDelivery({ id: 'b', data: { n: 'x' } }),
    ]);
    expect([...failed.keys()]).toEqual(['b']);
    expect(failed.get('b')).toBeInstanceOf(InvalidTaskDataError);
    expect(seen).toEqual([{ n: 1 }]);
  });
});
