import { drained, memorySetup } from '../support/memory.js';
import { controlError } from '../support/control-errors.js';

describe('A FIFO head that cannot be dead-lettered', () => {
  test.each(['hold', 'release', 'wait'] as const)(
    'is not overtaken by the rest of its group (%s)',
    async (fifoFailure) => {
      const setup = await memorySetup({ queue: 'jobs.fifo' });
      for (let n = 0; n < 3; n++) await setup.send('job', n);
      const runs: unknown[] = [];
      const worker = setup.worker({
        consume: { fifoFailure },
        handlers: {
          job(data) {
            runs.push(data);
            if (runs.length === 1) throw controlError({ kind: 'dead-letter', reason: 'broken' });
          },
        },
      });
      worker.start();
      await setup.clock.advance(90_000);
      expect(runs).toEqual([0, 0, 1, 2]);
      await drained(setup, worker);
    },
  );
});
