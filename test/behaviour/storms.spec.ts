import type { TaskDelivery } from '../../lib/contracts/index.js';
import { exponential } from '../../lib/consumer/retry/backoff.js';
import { retry } from '../../lib/consumer/retry/policies.js';
import { seededRandom } from '../support/signals.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { bodyOf } from '../support/worker.js';

describe('A thousand groups with random failures', () => {
  test('each keeps its order, and none has two handlers at once', async () => {
    const seed = Date.now() & 0x7fffffff;
    const random = seededRandom(seed);
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    const groups = 1_000;
    const perGroup = 3;
    for (let n = 0; n < perGroup; n++) {
      for (let g = 0; g < groups; g++) await setup.send('job', n, `g${g}`);
    }
    const done = new Map<string, number[]>();
    const running = new Set<string>();
    const overlaps: string[] = [];
    const worker = setup.worker({
      consume: {
        concurrency: 50,
        onError: retry(exponential({ firstSeconds: 1, maxSeconds: 8, random })),
      },
      handlers: {
        async job(data, { message }) {
          const group = message.groupId ?? '';
          if (running.has(group)) overlaps.push(group);
          running.add(group);
          await sleep(setup, random() * 50);
          running.delete(group);
          if (random() < 0.2) throw new Error('now and then');
          done.set(group, [...(done.get(group) ?? []), data as number]);
        },
      },
    });
    worker.start();
    await setup.clock.advance(120_000);
    expect(overlaps, `seed ${seed}`).toEqual([]);
    expect(done.size, `seed ${seed}`).toBe(groups);
    const inOrder = Array.from({ length: perGroup }, (_, n) => n);
    for (const [group, numbers] of done) expect(numbers, `${group}, seed ${seed}`).toEqual(inOrder);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });
});

describe('A hundred thousand dead letters that come back at once', () => {
  test(
    'run no more than the slots allow, and their retries are spread',
    { timeout: 120_000 },
    async () => {
      const random = seededRandom(7);
      const setup = await memorySetup({ maxReceiveCount: 100 });
      const messages = 100_000;
      for (let i = 0; i < messages; i += 10) {
        const entries = Array.from({ length: 10 }, (_, j) => ({ body: bodyOf('job', i + j) }));
        await setup.gateway.sendBatch(setup.deadUrl, entries);
      }
      let running = 0;
      let most = 0;
      let finished = 0;
      const delays: number[] = [];
      const worker = setup.worker({
        consume: { concurrency: 100, onError: retry(exponential({ firstSeconds: 60, random })) },
        handlers: {
          async job(_data, delivery: TaskDelivery) {
            most = Math.max(most, ++running);
            await sleep(setup, 20);
            running--;
            if (delivery.attempt === 1 && random() < 0.02) throw new Error('again');
            finished++;
          },
        },
      });
      worker.on('task:settled', ({ outcome }) => {
        if (outcome.kind === 'retry') delays.push(outcome.delaySeconds ?? -1);
      });
      const { QueueArn: sourceArn = '' } = await setup.gateway.getQueueAttributes(setup.deadUrl);
      const { QueueArn: destinationArn = '' } = await setup.gateway.getQueueAttributes(
        setup.queueUrl,
      );
      await setup.gateway.startMoveTask({ sourceArn, destinationArn, maxMessagesPerSecond: 500 });
      worker.start();
      await setup.clock.advance(400_000);
      expect(finished).toBe(messages);
      expect(most).toBeLessThanOrEqual(100);
      expect(delays.length).toBeGreaterThan(1_000);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(30);
      for (let from = 30; from < 60; from += 7.5) {
        const those = delays.filter((one) => one >= from && one < from + 7.5);
        expect(those.length / delays.length).toBeGreaterThan(0.15);
      }
      await drained(setup, worker);
    },
  );
});

describe('A wall clock that jumps', () => {
  test.each([-900_000, 900_000])('by %s ms changes no lease and no delay', async (jumpMs) => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '4' } });
    let wallOffset = 0;
    const { clock } = setup;
    const jumping = {
      now: () => clock.now(),
      wallNow: () => clock.wallNow() + wallOffset,
      setTimer: (callback: () => void, delayMs: number) => clock.setTimer(callback, delayMs),
    };
    await setup.send('long');
    let runs = 0;
    const lost: unknown[] = [];
    const worker = setup.worker({
      clock: jumping,
      handle: { visibilityTimeoutSeconds: 4 },
      handlers: {
        async long() {
          runs++;
          await sleep(setup, 3_000);
          wallOffset = jumpMs;
          await sleep(setup, 9_000);
        },
      },
    });
    worker.on('lease:lost', (facts) => void lost.push(facts));
    worker.start();
    await setup.clock.advance(20_000);
    expect({ runs, lost }).toEqual({ runs: 1, lost: [] });
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });
});

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
