import { Controller, Injectable } from '@nestjs/common';
import { InvalidOptionsError, OnQueueStats, SqsModule, SqsTask } from '../../lib/index.js';
import type { QueueAttributes } from '../../lib/index.js';
import { SqsRuntime } from '../../lib/nest/sqs.runtime.js';
import { gate } from '../support/signals.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import type { MemoryApp } from './support/memory-app.js';

afterEach(closeApps);

type Told = [queue: string, messageCount: number];

function subscriber(told: Told[], everyMs?: number) {
  @Injectable()
  class Stats {
    @OnQueueStats(everyMs === undefined ? {} : { everyMs })
    stats(queue: string, attributes: QueueAttributes): void {
      told.push([queue, attributes.messageCount]);
    }
  }
  return Stats;
}

function statsRequests(app: MemoryApp) {
  return vi.spyOn(app.gateway, 'getQueueAttributes');
}

describe('@OnQueueStats', () => {
  test('tells regularly of each queue that the app registered, every five minutes by default', async () => {
    const told: Told[] = [];
    const app = await memoryApp({
      kind: 'web',
      providers: [subscriber(told)],
      imports: [SqsModule.registerQueue('more')],
      queues: ['jobs', 'more'],
      module: { queues: ['jobs'] },
    });
    await app.producer.send({ queue: 'jobs', pattern: 'greet' }, 1);
    await app.clock.advance(299_000);
    expect(told).toEqual([]);
    await app.clock.advance(1_000);
    expect(told).toEqual([
      ['jobs', 1],
      ['more', 0],
    ]);
    await app.clock.advance(300_000);
    expect(told).toHaveLength(4);
  });

  test.each(['worker', 'hybrid'] as const)(
    'tells of the queues that a %s app consumes, while its handlers are busy',
    async (kind) => {
      const told: Told[] = [];
      const busy = gate();
      @Controller()
      class Greeter {
        @SqsTask('greet')
        greet(): Promise<void> {
          return busy.opened;
        }
      }
      const app = await memoryApp({
        kind,
        providers: [subscriber(told, 1_000)],
        controllers: [Greeter],
        queues: ['jobs', 'other'],
        worker: { queues: ['jobs'], concurrency: 1, prefetch: 0 },
      });
      await app.producer.sendMany({ queue: 'jobs', pattern: 'greet' }, [1, 2]);
      await app.clock.advance(3_000);
      expect(told).toEqual([
        ['jobs', 1],
        ['jobs', 1],
        ['jobs', 1],
      ]);
      busy.open();
    },
  );

  test('makes one request for all who ask for the same period, and none where nobody asks', async () => {
    const silent = await memoryApp({ kind: 'web' });
    const none = statsRequests(silent);
    await silent.clock.advance(900_000);
    expect(none).not.toHaveBeenCalled();
    expect(silent.clock.pendingTimers).toBe(0);
    const told: Told[] = [];
    const providers = [subscriber(told, 1_000), subscriber(told, 1_000), subscriber(told, 5_000)];
    const app = await memoryApp({ kind: 'web', providers });
    const requests = statsRequests(app);
    await app.clock.advance(5_000);
    expect(requests).toHaveBeenCalledTimes(6);
    expect(told).toHaveLength(11);
  });

  test('goes on after a request or a subscriber failed, and reports it', async () => {
    const told: Told[] = [];
    @Injectable()
    class Broken {
      @OnQueueStats({ everyMs: 1_000 })
      async stats(): Promise<void> {
        throw new Error('no dashboard');
      }
    }
    const app = await memoryApp({ kind: 'web', providers: [Broken, subscriber(told, 1_000)] });
    statsRequests(app).mockRejectedValueOnce(new Error('throttled'));
    await app.clock.advance(1_000);
    expect(told).toEqual([]);
    await app.clock.advance(2_000);
    expect(told).toHaveLength(2);
    expect(app.logger.of('SqsWorker').map(({ message }) => message)).toMatchObject([
      { queue: 'jobs' },
      { hook: 'Broken.stats' },
      { hook: 'Broken.stats' },
    ]);
  });

  test.each(['hangs', 'fails'] as const)(
    'never shares the poll loop: tasks run on while a request for attributes %s',
    async (how) => {
      const told: Told[] = [];
      const done: number[] = [];
      @Controller()
      class Greeter {
        @SqsTask('greet')
        greet(n: number): void {
          done.push(n);
        }
      }
      const app = await memoryApp({
        providers: [subscriber(told, 1_000)],
        controllers: [Greeter],
      });
      const polls = () => app.service.calls.of('ReceiveMessage');
      app.service.beforeCall = (operation) => {
        if (operation !== 'GetQueueAttributes') return undefined;
        if (how === 'fails') throw new Error('no answer');
        return new Promise(() => {});
      };
      await app.clock.advance(1_000);
      for (let n = 1; n <= 5; n++) {
        const before = polls();
        await app.producer.send({ queue: 'jobs', pattern: 'greet' }, n);
        await app.clock.advance(0);
        // On the long poll that was open: in the very moment that it was sent.
        expect(done).toHaveLength(n);
        await app.clock.advance(1_000);
        expect(polls()).toBeGreaterThan(before);
      }
      expect(app.service.calls.of('GetQueueAttributes')).toBeGreaterThan(0);
      expect(told).toEqual([]);
    },
  );

  test('of processes that belong together one asks and tells, until another takes over', async () => {
    const told: Told[] = [];
    const app = await memoryApp({ kind: 'web', providers: [subscriber(told, 1_000)] });
    const { stats } = app.app.get(SqsRuntime);
    const requests = statsRequests(app);
    stats.standBy();
    await app.clock.advance(10_000);
    expect(requests).not.toHaveBeenCalled();
    expect(app.clock.pendingTimers).toBe(0);
    stats.takeOver();
    stats.takeOver();
    await app.clock.advance(3_000);
    expect(told).toHaveLength(3);
    expect(requests).toHaveBeenCalledTimes(3);
  });

  test('ends with the app', async () => {
    const told: Told[] = [];
    const app = await memoryApp({ kind: 'web', providers: [subscriber(told, 1_000)] });
    await app.clock.advance(1_000);
    await app.app.close();
    expect(app.clock.pendingTimers).toBe(0);
    await app.clock.advance(10_000);
    expect(told).toHaveLength(1);
  });

  test('refuses a period that makes no sense', () => {
    expect(() => OnQueueStats({ everyMs: 0 })).toThrow(InvalidOptionsError);
  });
});
