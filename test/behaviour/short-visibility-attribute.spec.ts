import { Consumer } from '../../lib/consumer/consumer.js';
import type { ReceiveRequest } from '../../lib/contracts/index.js';
import { familySetup } from '../support/family.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { bodyOf, handleOf, handlerOf } from '../support/worker.js';

const tooShort = expect.stringContaining('VisibilityTimeout');

describe('A queue whose VisibilityTimeout attribute is too short for leases', () => {
  test.each(['0', '1'])(
    'of %s s: every task runs once, and none is dead-lettered',
    async (attribute) => {
      const setup = await shortSetup(attribute, { maxReceiveCount: 3 });
      for (let n = 0; n < 20; n++) await setup.send('job', n);
      const seen: unknown[] = [];
      const worker = setup.worker({
        handlers: { job: async (data) => (seen.push(data), sleep(setup, 5_000)) },
      });
      worker.start();
      await setup.clock.advance(60_000);
      expect(seen).toHaveLength(20);
      expect(new Set(seen).size).toBe(20);
      expect(setup.service.messages('dead')).toEqual([]);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await drained(setup, worker);
    },
  );

  test('is received from with 30 s instead, and one warning names it', async () => {
    const setup = await shortSetup('0');
    const asked = visibilityOfReceives(setup);
    const worker = setup.worker({ handlers: { job: () => {} } });
    worker.start();
    for (let n = 0; n < 3; n++) await setup.send('job');
    await setup.clock.advance(60_000);
    expect(new Set(asked)).toEqual(new Set([30]));
    expect(setup.logger.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: tooShort,
        fields: { queue: 'jobs', visibilityTimeoutSeconds: 0, usedSeconds: 30 },
      },
    ]);
    await drained(setup, worker);
  });

  test('keeps the two seconds that are enough, and says nothing', async () => {
    const setup = await shortSetup('2');
    const asked = visibilityOfReceives(setup);
    const worker = setup.worker({});
    worker.start();
    await setup.clock.advance(1_000);
    expect(asked).toEqual([2]);
    expect(setup.logger.at('warn')).toEqual([]);
    await drained(setup, worker);
  });

  test('gives way to the option of the worker, and nothing is said', async () => {
    const setup = await shortSetup('0');
    const asked = visibilityOfReceives(setup);
    const worker = setup.worker({ consume: { visibilityTimeoutSeconds: 7 } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(asked).toEqual([7]);
    expect(setup.logger.at('warn')).toEqual([]);
    await drained(setup, worker);
  });

  test('that becomes 0 while the worker runs changes nothing', async () => {
    const setup = await shortSetup('30');
    const worker = setup.worker({ handlers: { job: () => sleep(setup, 5_000) } });
    worker.start();
    await setup.clock.advance(1_000);
    await setup.gateway.setQueueAttributes(setup.queueUrl, { VisibilityTimeout: '0' });
    await setup.send('job');
    await setup.clock.advance(20_000);
    expect(setup.service.stats('jobs')).toMatchObject({ received: 1, deleted: 1 });
    await drained(setup, worker);
  });

  test('a retry without a delay comes back after the time that is used instead', async () => {
    const setup = await shortSetup('0');
    await setup.send('job');
    const at: number[] = [];
    const worker = setup.worker({
      consume: { onError: { kind: 'retry', backoff: () => undefined } },
      handlers: {
        job() {
          at.push(Math.round(setup.clock.now() / 1_000));
          throw new Error('again');
        },
      },
    });
    worker.start();
    await setup.clock.advance(65_000);
    expect(at).toEqual([0, 30, 60]);
    await drained(setup, worker);
  });

  test('keeps its order on FIFO, and runs each task once', async () => {
    const setup = await memorySetup({
      queue: 'jobs.fifo',
      attributes: { VisibilityTimeout: '0' },
      maxReceiveCount: 3,
    });
    for (let n = 0; n < 5; n++) await setup.send('job', n);
    const seen: unknown[] = [];
    const worker = setup.worker({
      handlers: { job: async (data) => (seen.push(data), sleep(setup, 3_000)) },
    });
    worker.start();
    await setup.clock.advance(60_000);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('is named for each level of a queue with priorities', async () => {
    const setup = await familySetup({ attributes: { VisibilityTimeout: '0' } });
    for (const level of setup.family.levels ?? []) {
      Object.assign(level, { visibilityTimeoutSeconds: 0 });
    }
    const seen: unknown[] = [];
    const worker = setup.worker({
      handlers: { job: async (data) => (seen.push(data), setup.sleep(5_000)) },
    });
    for (const level of [0, 1]) await setup.fill(level, 3);
    worker.start();
    await setup.clock.advance(60_000);
    expect(seen).toHaveLength(6);
    const warned = setup.logger.lines.filter(({ level }) => level === 'warn');
    expect(warned.map(({ fields }) => fields?.['queue'])).toEqual(['jobs--p1', 'jobs']);
    await drained(setup, worker);
  });

  test('does not make processBatch() or a loop run a task twice, and each warns once', async () => {
    const setup = await shortSetup('0');
    const ids = [await setup.send('job', 1), await setup.send('job', 2)];
    const queue = handleOf({
      gateway: setup.gateway,
      queueUrl: setup.queueUrl,
      handle: { visibilityTimeoutSeconds: 0 },
    });
    const consumer = new Consumer({
      handlers: {
        find: () => ({ kind: 'task', handler: handlerOf(() => sleep(setup, 2_000)) }),
        findRaw: () => undefined,
        patternsOf: () => ['job'],
        maxBatchSizeOf: () => 0,
      },
      interceptors: [],
      clock: setup.clock,
      logger: setup.logger,
    });
    const batch = consumer.processBatch(queue);
    await setup.clock.advance(5_000);
    expect((await batch).succeeded.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    await setup.sendBody(bodyOf('job', 3));
    const loop = consumer.messages(queue);
    const first = loop.next();
    await setup.clock.advance(10_000);
    (await first).value?.ack();
    const closing = loop.close();
    await setup.clock.advance(1_000);
    await closing;
    expect(setup.service.stats('jobs')).toMatchObject({ received: 3, deleted: 3 });
    expect(setup.logger.at('warn')).toEqual([tooShort]);
  });
});

async function shortSetup(
  VisibilityTimeout: string,
  more: { maxReceiveCount?: number } = {},
): Promise<MemorySetup> {
  return memorySetup({ attributes: { VisibilityTimeout }, ...more });
}

/** The visibility timeouts that receives ask for, as they come. */
function visibilityOfReceives({ service }: MemorySetup): (number | undefined)[] {
  const asked: (number | undefined)[] = [];
  service.beforeCall = (operation, _queue, request) => {
    if (operation !== 'ReceiveMessage') return;
    asked.push((request as ReceiveRequest).visibilityTimeoutSeconds);
  };
  return asked;
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
