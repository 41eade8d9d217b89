import { assert, asyncProperty } from 'fast-check';
import { vi } from 'vitest';
import { seededRandom } from '../support/signals.js';
import { scenarios } from './arbitraries.js';
import { finish } from './final-checks.js';
import type { Scenario, Settings } from './scenario.js';
import { World } from './world.js';

/** Runs of the whole model check; each of its kinds does its share. */
const allRuns = Number(process.env['MODEL_RUNS'] ?? 500);
const shares = 6;
/** With `MODEL_PATH` it repeats the one run that failed. */
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() & 0x7fffffff);
const path = process.env['MODEL_PATH'];

/** Milliseconds that a test may take: what a slow machine needs for a run, and for shrinking what it found. */
const timeoutMs = 120_000 + (allRuns / shares) * 1_000;

/** One level unless it says more. */
export type ModelKind = Pick<Settings, 'isFifo' | 'fifoFailure'> &
  Partial<Pick<Settings, 'priorities'>>;

/** Checks every invariant over random runs; on a violation prints seed, path and the shortest log that shows it. */
export function modelCheck(name: string, kind: ModelKind): void {
  test(`${name} (seed ${seed})`, { timeout: timeoutMs }, async () => {
    const fixed = { priorities: 1, ...kind };
    const property = asyncProperty(scenarios(fixed), runScenario);
    const numRuns = Math.ceil(allRuns / shares);
    const replay = path === undefined ? {} : { path };
    await expect(assert(property, { numRuns, seed, ...replay })).resolves.toBeUndefined();
  });
}

/** One run from beginning to end. Throws what was violated, with everything that happened before. */
export async function runScenario({ settings, steps, randomSeed }: Scenario): Promise<void> {
  const random = vi.spyOn(Math, 'random').mockImplementation(seededRandom(randomSeed));
  const world = new World(settings);
  try {
    await world.begin();
    for (const step of steps) await world.take(step);
    await finish(world);
  } catch (cause) {
    throw new Error(`${String(cause)}\n${world.commandLog}\n`, { cause });
  } finally {
    random.mockRestore();
  }
}
