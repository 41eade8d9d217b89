import { Controller, Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { InvalidMessageDataError, InvalidTaskDataError } from '../../lib/contracts/index.js';
import { OnTaskError, SqsBatchTask, SqsTask } from '../../lib/nest/index.js';
import type { SqsBatchItem } from '../../lib/nest/index.js';
import { defineTask } from '../../lib/producer/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import { closeWorkers, startWorker } from './support/start-worker.js';

afterEach(closeWorkers);
afterEach(closeApps);

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
    const failed: unknown[] = [];
    @Controller()
    class Numbers {
      @SqsBatchTask(double, { queue: 'jobs' })
      double(@Payload() items: SqsBatchItem[]): void {
        seen.push(...items.map((item) => item.data));
      }
    }
    @Injectable()
    class Audit {
      @OnTaskError()
      note(error: unknown): void {
        failed.push(error);
      }
    }
    const app = await memoryApp({ controllers: [Numbers], providers: [Audit] });
    for (const n of ['1', 'x']) {
      await app.producer.send({ queue: 'jobs', pattern: 'double' }, { n });
    }
    await app.work();
    expect(failed).toEqual([expect.any(InvalidMessageDataError)]);
    expect(seen).toEqual([{ n: 1 }]);
  });
});
