import { scaled } from '../../support/scale.js';
import { killLoop } from './kill-loop.js';

const killCount = scaled({ quick: 8, full: 20 });

test(
  `${killCount} kills lose no task, and repeat only what was in flight`,
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    console.log(`kill loop with KILL_SEED=${seed}`);
    const summary = await killLoop({ taskCount: killCount * 100, killCount, seed });
    expect(summary.missing).toEqual([]);
    expect(summary.doneCount).toBe(summary.sent + summary.repeatedCount);
    expect(summary.repeatedCount).toBeLessThanOrEqual(summary.inFlightAtKills);
    expect(summary.inFlightAtKills).toBeGreaterThan(0);
  },
);
