import { assert, asyncProperty } from 'fast-check';
import { vi } from 'vitest';
import { scaled } from '../support/scale.js';
import { ServedMemory } from '../support/served-memory.js';
import { seededRandom } from '../support/signals.js';
import { scenarios } from './arbitraries.js';
import { finish } from './final-checks.js';
import type { Scenario, Settings } from './scenario.js';
import { World } from './world.js';

/** Runs of the whole model check; each kind of queue does its share. */
const allRuns = {
  direct: Number(process.env['MODEL_RUNS'] ?? scaled({ quick: 120, full: 500 })),
  wire: Number(process.env['MODEL_WIRE_RUNS'] ?? scaled({ quick: 24, full: 200 })),
};
const kinds = 6;
const slowestRunMs = { direct: 1_000, wire: 60_000 };
/** How workers reach the service: in the process, or over HTTP by the gateway that is the default. */
export type Line = keyof typeof allRuns;
/** With `MODEL_PATH` it repeats the one run that failed. */
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() & 0x7fffffff);
const path = process.env['MODEL_PATH'];

/** One level unless it says more. */
export type ModelKind = Pick<Settings, 'isFifo' | 'fifoFailure'> &
  Partial<Pick<Settings, 'priorities'>>;

/** Checks every invariant over random runs; on a violation prints seed, path and the shortest log that shows it. */
export function modelCheck(name: string, kind: ModelKind, line: Line = 'direct'): void {
  const numRuns = Math.ceil(allRuns[line] / kinds);
  // Milliseconds that a test may take: what a busy machine needs for a run, and for shrinking what it found. A test that
  // is given up too early would run on beside the next.
  const timeoutMs = 120_000 + numRuns * slowestRunMs[line];
  test(`${name} (seed ${seed})`, { timeout: timeoutMs }, async () => {
    const fixed = { priorities: 1, ...kind };
    let runCount = 0;
    const property = asyncProperty(scenarios(fixed), (scenario) => {
      runCount++;
      return runScenario(scenario, line);
    });
    const replay = path === undefined ? {} : { path };
    // A failure that takes long to shrink is told as far as it came.
    const inTime = { interruptAfterTimeLimit: timeoutMs - 20_000, markInterruptAsFailure: true };
    // As it is thrown: an assertion around it would cut its log short.
    await assert(property, { numRuns, seed, ...replay, ...inTime });
    expect(runCount).toBeGreaterThan(0);
  });
}

/** One run from beginning to end. Throws what was violated, with everything that happened before. */
export async function runScenario(
  { settings, steps, randomSeed }: Scenario,
  line: Line = 'direct',
): Promise<void> {
  const random = vi.spyOn(Math, 'random').mockImplementation(seededRandom(randomSeed));
  const { expiredHandles } = settings;
  const served = line === 'wire' ? await ServedMemory.start({ expiredHandles }) : undefined;
  const world = new World(settings, served);
  try {
    await world.begin();
    for (const step of steps) await world.take(step);
    await finish(world);
  } catch (cause) {
    throw new Error(`${String(cause)}\n${world.commandLog}\n`, { cause });
  } finally {
    random.mockRestore();
    await served?.close();
  }
}
