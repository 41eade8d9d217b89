import { Controller, Injectable } from '@nestjs/common';
import {
  constant,
  GatewayError,
  InvalidOptionsError,
  OnTaskError,
  retry,
  SqsHealth,
  SqsRawTask,
  SqsTask,
} from '../../lib/index.js';
import type { WorkerOptions } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

function counting(done: unknown[]) {
  @Controller()
  class Counting {
    @SqsTask('count')
    count(n: number): void {
      done.push(n);
    }
  }
  return Counting;
}

describe('a worker', () => {
  test('asks SQS for what its options say', async () => {
    const app = await memoryApp({
      controllers: [counting([])],
      worker: { waitTimeSeconds: 7, visibilityTimeoutSeconds: 45, concurrency: 3, prefetch: 0 },
    });
    const requests: unknown[] = [];
    app.service.beforeCall = (operation, _queue, request) => {
      if (operation === 'ReceiveMessage') requests.push(request);
      return undefined;
    };
    await app.clock.advance(30_000);

    expect(requests.at(-1)).toMatchObject({
      maxMessages: 3,
      waitTimeSeconds: 7,
      visibilityTimeoutSeconds: 45,
    });
  });

  test.each<[WorkerOptions, string]>([
    [{ waitTimeSeconds: 21 }, 'Expected waitTimeSeconds to be an integer from 0 to 20, got 21'],
    [{ visibilityTimeoutSeconds: 43_201 }, 'Expected visibilityTimeoutSeconds to be an integer'],
    [{ queues: [{ name: 'jobs', waitTimeSeconds: -1 }] }, 'queues[0].waitTimeSeconds'],
  ])('refuses %j at start', async (worker, message) => {
    const started = memoryApp({ controllers: [counting([])], worker });

    await expect(started).rejects.toThrow(InvalidOptionsError);
    await expect(started).rejects.toThrow(message);
  });

  test('keeps bodies that are no tasks, tells each, and goes on with the next', async () => {
    const done: unknown[] = [];
    const told: string[] = [];
    @Injectable()
    class Notifier {
      @OnTaskError()
      notify(_error: unknown, { message }: { message: { body: string } }): void {
        told.push(message.body);
      }
    }
    const app = await memoryApp({
      controllers: [counting(done)],
      providers: [Notifier],
      worker: { onInvalidMessage: retry(constant(600)) },
    });
    const bodies = ['x', '[]', 'null', '{}'];
    const url = await app.gateway.getQueueUrl('jobs');
    await app.gateway.sendBatch(
      url,
      bodies.map((body) => ({ body })),
    );
    await app.producer.send({ queue: 'jobs', pattern: 'count' }, 1);
    await app.work();

    expect(done).toEqual([1]);
    expect(told.toSorted()).toEqual(bodies.toSorted());
    expect(app.service.messages('jobs').map(({ body }) => body)).toEqual(bodies);
  });

  test('whose receives fail is live and not ready, and goes on when they succeed again', async () => {
    const done: unknown[] = [];
    const app = await memoryApp({ controllers: [counting(done)] });
    let isAway = true;
    app.service.beforeCall = (operation) => {
      if (operation === 'ReceiveMessage' && isAway)
        throw new GatewayError({ kind: 'unavailable', operation, detail: 'SQS is away' });
      return undefined;
    };
    await app.clock.advance(600_000);
    const away = app.app.get(SqsHealth).check();
    isAway = false;
    await app.producer.send({ queue: 'jobs', pattern: 'count' }, 1);
    await app.clock.advance(60_000);

    expect(away).toMatchObject({ isReady: false, isLive: true });
    expect(away.problems.join()).toContain('SQS is away');
    expect(app.app.get(SqsHealth).check()).toMatchObject({ isReady: true, isLive: true });
    expect(done).toEqual([1]);
  });

  test('has one raw handler for a queue, and is told of a second one at start', async () => {
    @Controller()
    class Two {
      @SqsRawTask({ queue: 'jobs' })
      one(): void {}

      @SqsRawTask({ queue: 'jobs' })
      two(): void {}
    }

    await expect(memoryApp({ controllers: [Two] })).rejects.toThrow(/Two\.one.*Two\.two/s);
  });
});
