import { scaled } from '../../support/scale.js';
import { pipelineLoop } from './pipeline-loop.js';

const killCount = scaled({ quick: 3, full: 5 });
const itemCount = killCount * 100;

test(
  `${killCount} kills of any stage of a pipeline lose no item, and repeat only what was in flight`,
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    console.log(`pipeline loop with KILL_SEED=${seed}`);
    const summary = await pipelineLoop({ itemCount, killCount, seed });
    expect(summary.missing).toEqual([]);
    expect(summary.madeCount).toBe(itemCount);
    expect(summary.doneCount).toBe(itemCount + summary.repeatedCount);
    expect(summary.repeatedCount).toBeLessThanOrEqual(summary.inFlightAtKills);
  },
);
