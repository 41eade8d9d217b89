import { scaled } from '../../support/scale.js';
import { mixedRun } from './mixed-run.js';

const seed = Number(process.env['ISOLATION_SEED'] ?? Date.now() % 1_000_000);

// `npm run soak:isolation` does the same with a thousand.
const taskCount = scaled({ quick: 30, full: 100 });
const each = taskCount / 10;

describe(`tasks of which a tenth goes wrong in each way, ISOLATION_SEED=${seed}`, () => {
  const ways = { exit: each, heap: each, uncaught: each };

  test.each([
    ['thread', ways],
    ['process', { crash: each, ...ways }],
  ] as const)(
    'are all done in the end, each failure one delivery: %s',
    async (runtime, bad) => {
      const summary = await mixedRun({ runtime, taskCount, seed });

      expect(summary.planned).toMatchObject(bad);
      expect(summary.failed).toEqual(bad);
      expect(summary.wrongErrors).toEqual([]);
      expect(summary).toMatchObject({ doneCount: taskCount, repeatedCount: 0, leftCount: 0 });
    },
    120_000,
  );
});
