import { pipelineLoop } from './pipeline-loop.js';

test(
  'five kills of any stage of a pipeline lose no item, and repeat only what was in flight',
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    console.log(`pipeline loop with KILL_SEED=${seed}`);
    const summary = await pipelineLoop({ itemCount: 500, killCount: 5, seed });
    expect(summary.missing).toEqual([]);
    expect(summary.madeCount).toBe(500);
    expect(summary.doneCount).toBe(500 + summary.repeatedCount);
    expect(summary.repeatedCount).toBeLessThanOrEqual(summary.inFlightAtKills);
  },
);
