import { killLoop } from './kill-loop.js';

test(
  'twenty kills lose no task, and repeat only what was in flight',
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    console.log(`kill loop with KILL_SEED=${seed}`);
    const summary = await killLoop({ taskCount: 2_000, killCount: 20, seed });
    expect(summary.missing).toEqual([]);
    expect(summary.doneCount).toBe(summary.sent + summary.repeatedCount);
    expect(summary.repeatedCount).toBeLessThanOrEqual(summary.inFlightAtKills);
    expect(summary.inFlightAtKills).toBeGreaterThan(0);
  },
);
