import { InvalidOptionsError, type TaskDelivery } from '../../lib/contracts/index.js';
import { familySetup, makeFamily, type FamilySetup } from '../support/family.js';
import { drained } from '../support/memory.js';
import { workerOn, type WorkerUnderTest } from '../support/worker.js';

type Own = Partial<Omit<WorkerUnderTest, 'gateway' | 'queueUrl'>>;

/** A worker whose handlers note what they get and take a moment. */
function noting(setup: FamilySetup, own: Own = {}, ms = 0) {
  const seen: string[] = [];
  const worker = setup.worker({
    handlers: {
      async job(data) {
        seen.push(String(data));
        if (ms > 0) await setup.sleep(ms);
      },
    },
    ...own,
  });
  return { worker, seen };
}

describe('Strict priorities', () => {
  test('run a high message first although low ones were there before', async () => {
    const setup = await familySetup();
    await setup.fill(0, 5);
    await setup.fill(1, 1);
    const { worker, seen } = noting(setup, { consume: { concurrency: 1 } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(seen).toEqual(['1:0', '0:0', '0:1', '0:2', '0:3', '0:4']);
    await drained(setup, worker);
    expect(setup.left()).toBe(0);
  });

  test('ask each level shortly before a lower one, then let long polls stand on all', async () => {
    const setup = await familySetup({ priorities: 3 });
    const { worker } = noting(setup);
    worker.start();
    await setup.clock.advance(10_000);
    expect(setup.polls).toEqual([
      'jobs--p2 0s',
      'jobs--p2 20s',
      'jobs--p1 0s',
      'jobs--p1 20s',
      'jobs 20s',
    ]);
    await drained(setup, worker);
  });

  test('cost one long poll per level in twenty seconds while idle', async () => {
    const setup = await familySetup({ priorities: 4 });
    const { worker } = noting(setup);
    worker.start();
    await setup.clock.advance(19_000);
    setup.polls.splice(0);
    await setup.clock.advance(200_000);
    expect(setup.polls).toHaveLength(4 * 10);
    expect(new Set(setup.polls)).toEqual(
      new Set(['jobs 20s', 'jobs--p1 20s', 'jobs--p2 20s', 'jobs--p3 20s']),
    );
    await drained(setup, worker);
  });

  test('ask no lower level while a higher one brings messages', async () => {
    const setup = await familySetup();
    await setup.fill(1, 100);
    await setup.fill(0, 20);
    const { worker, seen } = noting(setup, { consume: { concurrency: 5 } }, 10);
    worker.start();
    await setup.clock.advance(2_000);
    expect(seen.slice(0, 100).every((data) => data.startsWith('1:'))).toBe(true);
    const firstLow = setup.polls.findIndex((poll) => poll.startsWith('jobs '));
    expect(setup.polls.slice(0, firstLow)).not.toContain('jobs 20s');
    expect(setup.polls.slice(firstLow - 2, firstLow)).toEqual(['jobs--p1 0s', 'jobs--p1 20s']);
    expect(seen).toHaveLength(120);
    await drained(setup, worker);
  });

  test('let a high message that comes later start before low ones that are held', async () => {
    const setup = await familySetup();
    await setup.fill(0, 30);
    const { worker, seen } = noting(setup, { consume: { concurrency: 2, prefetch: 10 } }, 1_000);
    worker.start();
    await setup.clock.advance(1_500);
    await setup.fill(1, 3);
    await setup.clock.advance(2_000);
    expect(seen.slice(0, 4).every((data) => data.startsWith('0:'))).toBe(true);
    expect(seen.slice(4, 7).toSorted()).toEqual(['1:0', '1:1', '1:2']);
    await setup.clock.advance(60_000);
    await drained(setup, worker);
    expect(setup.left()).toBe(0);
  });

  // A poll that stands while slots are free asks for as many as it could bring then: concurrency and prefetch.
  test('hold no more than one room on each level', async () => {
    const setup = await familySetup({ priorities: 3 });
    const { worker } = noting(setup, { consume: { concurrency: 2, prefetch: 4 } }, 3_600_000);
    worker.start();
    for (const level of [0, 1, 2]) {
      await setup.fill(level, 100);
      await setup.clock.advance(5_000);
    }
    const { levels = [], prefetchedCount, runningCount } = worker.status().queues[0] ?? {};
    expect(runningCount).toBe(2);
    expect(levels.map((level) => level.prefetchedCount)).toEqual([6, 6, 4]);
    expect(prefetchedCount).toBe(16);
    const drain = worker.drain();
    await setup.clock.advance(40_000);
    await drain;
  });

  test('look again with a standing poll where a short one missed messages', async () => {
    const setup = await familySetup();
    await setup.fill(1, 1);
    const { gateway } = setup;
    const receive = gateway.receive.bind(gateway);
    gateway.receive = (url, request, options) =>
      request.waitTimeSeconds === 0 ? Promise.resolve([]) : receive(url, request, options);
    const { worker, seen } = noting(setup);
    worker.start();
    await setup.clock.advance(10);
    expect(seen).toEqual(['1:0']);
    await drained(setup, worker);
  });

  test('serve the other levels while one cannot be read', async () => {
    const setup = await familySetup({ priorities: 3 });
    await setup.fill(0, 3);
    await setup.fill(1, 3);
    setup.service.beforeCall = (operation, url) => {
      if (operation === 'ReceiveMessage' && url.endsWith('--p2')) throw new Error('no way');
    };
    const { worker, seen } = noting(setup);
    worker.start();
    await setup.clock.advance(5_000);
    expect(seen).toHaveLength(6);
    expect(seen[0]).toBe('1:0');
    const [status] = worker.status().queues;
    expect(status?.pollError).toBeDefined();
    expect(status?.levels?.map(({ pollError }) => pollError !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
    await drained(setup, worker);
  });

  test('take nothing on the way where nothing may be held', async () => {
    const setup = await familySetup();
    await setup.fill(0, 30);
    const { worker, seen } = noting(setup, { consume: { concurrency: 2, prefetch: 0 } }, 1_000);
    worker.start();
    await setup.clock.advance(500);
    expect(setup.counts().inFlight).toBe(2);
    await setup.fill(1, 2);
    await setup.clock.advance(3_000);
    expect(seen.slice(2, 4).toSorted()).toEqual(['1:0', '1:1']);
    await setup.clock.advance(60_000);
    expect(setup.left()).toBe(0);
    await drained(setup, worker);
  });
});

describe('Weighted priorities', () => {
  test.each([
    ['weighted', [1, 2, 3], 0],
    ['weighted', [1, 2, 3], 15],
    [{ weights: [5, 1, 10] }, [5, 1, 10], 15],
  ] as const)(
    '%j share the slots as %j, answers in %i ms',
    async (priorityOrder, weights, answerMs) => {
      const setup = await familySetup({ priorities: 3 });
      for (const level of [0, 1, 2]) await setup.fill(level, 3_000);
      if (answerMs > 0) setup.service.beforeCall = () => setup.sleep(answerMs);
      let runs = 0;
      const shares = [0, 0, 0];
      const { worker } = noting(setup, {
        consume: { concurrency: 40, priorityOrder },
        handlers: {
          async job(_data, delivery) {
            if (++runs <= 3_000) shares[delivery.priority]++;
            await setup.sleep(20 + (runs % 7) * 5);
          },
        },
      });
      worker.start();
      await setup.clock.advance(8_000);
      expect(runs).toBeGreaterThan(3_000);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      shares.forEach((share, level) => {
        const expected = (3_000 * weights[level]) / sum;
        expect(Math.abs(share - expected)).toBeLessThan(expected / 10);
      });
      await drained(setup, worker);
    },
  );

  test('give unused shares to the others', async () => {
    const setup = await familySetup({ priorities: 3 });
    await setup.fill(0, 400);
    const { worker, seen } = noting(
      setup,
      { consume: { concurrency: 40, priorityOrder: 'weighted' } },
      100,
    );
    worker.start();
    await setup.clock.advance(500);
    expect(worker.status().queues[0]?.runningCount).toBe(40);
    await setup.clock.advance(1_500);
    expect(seen).toHaveLength(400);
    await drained(setup, worker);
  });

  test('cost one long poll per level in twenty seconds while idle', async () => {
    const setup = await familySetup({ priorities: 4 });
    const { worker } = noting(setup, { consume: { priorityOrder: 'weighted' } });
    worker.start();
    await setup.clock.advance(199_000);
    expect(setup.polls).toHaveLength(4 * 10);
    await drained(setup, worker);
  });
});

describe('The window of levels', () => {
  test('a worker from level 1 on never receives from level 0', async () => {
    const setup = await familySetup({ priorities: 3 });
    for (const level of [0, 1, 2]) await setup.fill(level, 5);
    const { worker, seen } = noting(setup, { consume: { minPriority: 1 } });
    worker.start();
    await setup.clock.advance(60_000);
    expect(seen.toSorted()).toEqual([
      '1:0',
      '1:1',
      '1:2',
      '1:3',
      '1:4',
      '2:0',
      '2:1',
      '2:2',
      '2:3',
      '2:4',
    ]);
    expect(setup.polls.some((poll) => poll.startsWith('jobs '))).toBe(false);
    await drained(setup, worker);
    expect(setup.left()).toBe(5);
  });

  test('a worker up to level 0 leaves what is urgent to others', async () => {
    const setup = await familySetup();
    await setup.fill(0, 2);
    await setup.fill(1, 2);
    const { worker, seen } = noting(setup, { consume: { maxPriority: 0 } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(seen).toEqual(['0:0', '0:1']);
    await drained(setup, worker);
  });

  test.each([
    [
      { minPriority: 2 },
      /minPriority 2 leaves nothing to take from: the queue has the levels 0 to 1/,
    ],
    [{ priorityOrder: { weights: [1, 2, 3] } }, /a number for each of its 2 levels.*got 3/],
  ])('%j is refused at start', async (consume, message) => {
    const setup = await familySetup();
    const start = (): unknown => noting(setup, { consume });
    expect(start).toThrow(InvalidOptionsError);
    expect(start).toThrow(message);
  });
});

describe('A queue with priorities', () => {
  test('tells handlers the queue and the level', async () => {
    const setup = await familySetup();
    await setup.fill(0, 1);
    await setup.fill(1, 1);
    const seen: [string, number][] = [];
    const { worker } = noting(setup, {
      handlers: {
        job: (_data, { queue, priority }: TaskDelivery) => void seen.push([queue, priority]),
      },
    });
    const polled: unknown[] = [];
    worker.on('poll:answered', ({ queue, priority }) => void polled.push([queue, priority]));
    worker.start();
    await setup.clock.advance(100);
    expect(seen).toEqual([
      ['jobs', 1],
      ['jobs', 0],
    ]);
    expect(polled).toContainEqual(['jobs', 1]);
    await drained(setup, worker);
  });

  test('shares its slots between all levels', async () => {
    const setup = await familySetup({ priorities: 3 });
    for (const level of [0, 1, 2]) await setup.fill(level, 20);
    const { worker } = noting(
      setup,
      { consume: { concurrency: 4, priorityOrder: 'weighted' } },
      50_000,
    );
    worker.start();
    await setup.clock.advance(1_000);
    const running = () => worker.status().queues[0]?.runningCount;
    expect(running()).toBe(4);
    worker.setConcurrency('jobs', 9);
    await setup.clock.advance(1_000);
    expect(running()).toBe(9);
    expect(worker.status().queues[0]?.concurrency).toBe(9);
    const drain = worker.drain();
    await setup.clock.advance(60_000);
    await drain;
  });

  test('pauses and resumes as one', async () => {
    const setup = await familySetup();
    const { worker, seen } = noting(setup);
    worker.start();
    await setup.clock.advance(1_000);
    worker.pause('jobs');
    await setup.clock.advance(30_000);
    await setup.fill(0, 1);
    await setup.fill(1, 1);
    await setup.clock.advance(30_000);
    expect(seen).toEqual([]);
    expect(worker.status().queues).toMatchObject([
      { name: 'jobs', isPaused: true, openPollCount: 0 },
    ]);
    worker.resume('jobs');
    await setup.clock.advance(1_000);
    expect(seen).toEqual(['1:0', '0:0']);
    await drained(setup, worker);
  });

  test('gives back what has not started, on every level', async () => {
    const setup = await familySetup({ priorities: 3, attributes: { VisibilityTimeout: '300' } });
    const { worker, seen } = noting(setup, { consume: { concurrency: 1, prefetch: 5 } }, 15_000);
    worker.start();
    for (const level of [0, 1, 2]) {
      await setup.fill(level, 5);
      await setup.clock.advance(1_000);
    }
    expect(worker.status().queues[0]?.prefetchedCount).toBeGreaterThan(10);
    await drained(setup, worker);
    expect(seen).toHaveLength(1);
    for (const name of ['jobs', 'jobs--p1', 'jobs--p2']) {
      expect(setup.counts(name)).toEqual({
        visible: name === 'jobs' ? 4 : 5,
        inFlight: 0,
        delayed: 0,
      });
    }
  });

  test('is empty for a stop policy once all its levels are', async () => {
    const setup = await familySetup({ priorities: 3 });
    const emptiness: boolean[] = [];
    await setup.fill(0, 1);
    const { worker } = noting(setup, {
      stopWhen: {
        start: () => ({
          shouldStop: ({ areQueuesEmpty, endedCount }) => {
            emptiness.push(areQueuesEmpty);
            return areQueuesEmpty && endedCount === 1;
          },
        }),
      },
    });
    worker.start();
    await setup.clock.advance(15_000);
    expect(emptiness).not.toContain(true);
    await setup.clock.advance(60_000);
    expect(emptiness).toContain(true);
    await expect(worker.ended).resolves.toMatchObject({ reason: 'stop-policy' });
  });

  test('of FIFO levels keeps a group in order within its level', async () => {
    const setup = await familySetup({ queue: 'jobs.fifo', priorities: 2 });
    await setup.fill(0, 40, 2);
    await setup.fill(1, 40, 2);
    const { worker, seen } = noting(
      setup,
      { consume: { concurrency: 4, priorityOrder: 'weighted' } },
      5,
    );
    worker.start();
    await setup.clock.advance(30_000);
    expect(seen).toHaveLength(80);
    for (const level of [0, 1]) {
      for (const group of [0, 1]) {
        const numbers = seen
          .map((data) => data.split(':').map(Number))
          .filter(([of, number = 0]) => of === level && number % 2 === group)
          .map(([, number]) => number);
        expect(numbers).toEqual(numbers.toSorted((a = 0, b = 0) => a - b));
      }
    }
    await drained(setup, worker);
  });
});

describe('Few sockets and many levels', () => {
  test.each(['strict', 'weighted'] as const)(
    'three sockets serve five %s queues of four levels',
    async (priorityOrder) => {
      const setup = await familySetup({ queue: 'q0', priorities: 4, maxOpenReceives: 3 });
      const names = ['q0', 'q1', 'q2', 'q3', 'q4'];
      const others = await Promise.all(names.slice(1).map((name) => makeFamily(setup, name, 4)));
      const seen = new Set<string>();
      const worker = workersOn(setup, [setup.family, ...others], priorityOrder, (data) =>
        seen.add(data),
      );
      worker.start();
      await setup.clock.advance(100_000);
      setup.polls.splice(0);
      await setup.clock.advance(100_000);
      // As many as one long poll per level in twenty seconds would be, and a third for rounding.
      expect(setup.polls.length).toBeLessThan(20 * 5 * 1.34);
      for (const level of [
        ...(setup.family.levels ?? []),
        ...others.flatMap(({ levels }) => levels ?? []),
      ]) {
        await setup.gateway.sendBatch(level.url, [
          { body: JSON.stringify({ pattern: 'job', data: level.name }) },
        ]);
      }
      await setup.clock.advance(30_000);
      expect(seen.size).toBe(20);
      await drained(setup, worker);
    },
  );

  test.each([1, 2, 3])('%i sockets starve no only level with messages', async (maxOpenReceives) => {
    for (const level of [0, 7, 15]) {
      const setup = await familySetup({ priorities: 16, maxOpenReceives });
      await setup.fill(level, 300);
      const { worker, seen } = noting(setup);
      worker.start();
      await setup.clock.advance(120_000);
      expect(seen.length).toBeGreaterThan(maxOpenReceives === 1 ? 50 : 299);
      await drained(setup, worker);
    }
  });

  test('a high message is found within twenty seconds however few there are', async () => {
    const setup = await familySetup({ priorities: 8, maxOpenReceives: 2 });
    await setup.fill(0, 5_000);
    const { worker, seen } = noting(setup, {}, 100);
    worker.start();
    await setup.clock.advance(10_000);
    await setup.fill(7, 1);
    await setup.clock.advance(21_000);
    expect(seen).toContain('7:0');
    await drained(setup, worker);
  });
});

function workersOn(
  setup: FamilySetup,
  families: readonly FamilySetup['family'][],
  priorityOrder: 'strict' | 'weighted',
  note: (data: string) => void,
) {
  return workerOn({
    gateway: setup.gateway,
    clock: setup.clock,
    logger: setup.logger,
    queueUrl: setup.family.url,
    handles: families,
    consume: { priorityOrder },
    handlers: { job: (data) => note(String(data)) },
  });
}
