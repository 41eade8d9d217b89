import { gate } from '../support/signals.js';
import { drained, memorySetup } from '../support/memory.js';

describe('a worker whose slots are all taken', () => {
  test.each([
    [2, 0, 2],
    [2, 2, 4],
    [4, 6, 10],
  ])(
    'with %i slots and %i prefetched holds %i messages and leaves the others in the queue',
    async (concurrency, prefetch, held) => {
      const setup = await memorySetup();
      for (let n = 0; n < 30; n++) await setup.send('wait', n);
      const done = gate();
      const worker = setup.worker({
        consume: { concurrency, prefetch },
        handlers: { wait: () => done.opened },
      });
      worker.start();
      await setup.clock.advance(60_000);

      expect(setup.counts()).toMatchObject({ visible: 30 - held, inFlight: held });
      done.open();
      await setup.clock.advance(60_000);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await drained(setup, worker);
    },
  );
});
