import { retry } from '../../lib/consumer/retry/index.js';
import { controlError } from '../support/control-errors.js';
import { drained, memorySetup } from '../support/memory.js';

describe('Retry delays that are no delays', () => {
  test.each([
    ['jobs', NaN],
    ['jobs.fifo', NaN],
    ['jobs.fifo', Infinity],
    ['jobs.fifo', undefined],
  ])('on %s a back-off of %s does not retry in a tight loop', async (queue, delaySeconds) => {
    const setup = await memorySetup({ queue });
    await setup.send('job');
    const at: number[] = [];
    const worker = setup.worker({
      consume: { onError: retry(() => delaySeconds) },
      handlers: {
        job() {
          at.push(setup.clock.now());
          if (at.length === 1) throw new Error('once');
        },
      },
    });
    worker.start();
    await setup.clock.advance(50_000_000);
    expect(at).toEqual([0, expect.toSatisfy((ms: number) => ms >= 30_000)]);
    await drained(setup, worker);
  });

  test('a held FIFO head that leaves its message waits as long as SQS would hide it', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    await setup.send('job');
    const at: number[] = [];
    const worker = setup.worker({
      handlers: {
        job() {
          at.push(setup.clock.now());
          if (at.length === 1) throw controlError({ kind: 'leave' });
        },
      },
    });
    worker.start();
    await setup.clock.advance(40_000);
    expect(at).toEqual([0, 30_000]);
    await drained(setup, worker);
  });
});
