import { exponential } from '../../lib/consumer/retry/backoff.js';
import { retry } from '../../lib/consumer/retry/policies.js';
import type { ConsumeOptions } from '../../lib/contracts/index.js';
import { drained, memorySetup } from '../support/memory.js';

const outageMs = 180_000;

/** The default back-off at its two ends: each wait as short, or as long, as it may be. */
const ends: [string, ConsumeOptions][] = [
  ['default options', {}],
  ['the shortest waits', { onError: retry(exponential({ random: () => 0 })) }],
  ['the longest waits', { onError: retry(exponential({ random: () => 0.999 })) }],
];

describe('An outage of three minutes, five receives until SQS gives up', () => {
  test.each(ends)('dead-letters nothing with %s', async (_name, consume) => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    const { worker, done } = failing(setup, consume);
    for (let i = 0; i < 20; i++) await setup.send('charge', i);
    worker.start();
    await setup.clock.advance(outageMs + 500_000);
    expect(setup.service.messages('dead')).toEqual([]);
    expect(done).toHaveLength(20);
    await drained(setup, worker);
  });

  test.each(['hold', 'release', 'wait'] as const)(
    'dead-letters no head of a FIFO group that is retried by %s',
    async (fifoFailure) => {
      const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 5 });
      const { worker, done } = failing(setup, { fifoFailure });
      await setup.send('charge', 1);
      worker.start();
      await setup.clock.advance(outageMs + 500_000);
      expect(setup.service.messages('dead.fifo')).toEqual([]);
      expect(done).toEqual([1]);
      await drained(setup, worker);
    },
  );

  test('dead-letters no task whose handler was not deployed meanwhile', async () => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    await setup.send('charge', 1);
    const before = setup.worker({ handlers: {} });
    before.start();
    await setup.clock.advance(outageMs);
    await drained(setup, before);
    const done: unknown[] = [];
    const worker = setup.worker({ handlers: { charge: (data) => void done.push(data) } });
    worker.start();
    await setup.clock.advance(500_000);
    expect(setup.service.messages('dead')).toEqual([]);
    expect(done).toEqual([1]);
    await drained(setup, worker);
  });
});

function failing(setup: Awaited<ReturnType<typeof memorySetup>>, consume: ConsumeOptions) {
  const done: unknown[] = [];
  const endsAt = setup.clock.now() + outageMs;
  const worker = setup.worker({
    consume,
    handlers: {
      charge(data) {
        if (setup.clock.now() < endsAt) throw new Error('the bank does not answer');
        done.push(data);
      },
    },
  });
  return { worker, done };
}
