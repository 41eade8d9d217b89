import { mixedRun } from './mixed-run.js';

const seed = Number(process.env['ISOLATION_SEED'] ?? Date.now() % 1_000_000);

// `npm run soak:isolation` does the same with a thousand.
describe(`a hundred tasks of which a tenth goes wrong in each way, ISOLATION_SEED=${seed}`, () => {
  const ways = { exit: 10, heap: 10, uncaught: 10 };

  test.each([
    ['thread', ways],
    ['process', { crash: 10, ...ways }],
  ] as const)(
    'are all done in the end, each failure one delivery: %s',
    async (runtime, bad) => {
      const summary = await mixedRun({ runtime, taskCount: 100, seed });

      expect(summary.planned).toMatchObject(bad);
      expect(summary.failed).toEqual(bad);
      expect(summary.wrongErrors).toEqual([]);
      expect(summary).toMatchObject({ doneCount: 100, repeatedCount: 0, leftCount: 0 });
    },
    120_000,
  );
});
