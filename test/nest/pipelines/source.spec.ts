import {
  crash,
  deadLetter,
  PreTask,
  Source,
  SqsPipeline,
  SqsWorkers,
  Stage,
  type SourceOptions,
  type WorkerOptions,
} from '../../../lib/index.js';
import { Injectable } from '@nestjs/common';
import { instanceOf, pipelineSetup } from './setup.js';
import type { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { sleep } from '../../../lib/primitives/wait.js';

/** A source that notes when it ran, on the test's clock. */
function tickingLine(options: SourceOptions, clock: ManualClock) {
  @SqsPipeline({ name: 'ticks' })
  class Ticks {
    readonly ranAt: number[] = [];
    work: () => unknown = () => null;
    private readonly began = clock.now();
    constructor(readonly workers: SqsWorkers) {}
    @Source(options) tick(): unknown {
      this.ranAt.push(Math.round(clock.now() - this.began));
      return this.work();
    }
    @Stage() see(_value: unknown): void {}
  }
  return Ticks;
}

describe('a source', () => {
  test('runs once in each interval', async () => {
    const { line, work } = await started({ intervalMs: 100 });
    await work(1_000);
    expect(line.ranAt.length).toBeGreaterThanOrEqual(9);
    expect(line.ranAt.length).toBeLessThanOrEqual(11);
  });

  test.each<[string, WorkerOptions]>([
    ['nothing', {}],
    ['visibilityTimeoutSeconds', { visibilityTimeoutSeconds: 30 }],
    [
      'visibilityTimeoutSeconds of its stage',
      { stages: [{ stage: 'ticks', visibilityTimeoutSeconds: 30 }] },
    ],
    ['waitTimeSeconds', { waitTimeSeconds: 0 }],
    ['prefetch', { prefetch: 10 }],
    ['concurrency', { concurrency: 5 }],
    ['settleLingerMs', { settleLingerMs: 1_000 }],
    ["ack: 'manual'", { ack: 'manual' }],
    ['a policy that dead-letters', { onError: deadLetter(), onUnknownTask: deadLetter() }],
  ])(
    'with runs of 40 s runs as often, whatever the worker says of its queues: %s',
    async (_, worker) => {
      const { line, work, clock, settled } = await started(
        { intervalMs: 1_000 },
        { stages: ['ticks.tick'], ...worker },
      );
      line.work = async () => sleep(clock, 40_000);
      await work(205_000);
      const gaps = line.ranAt
        .slice(1)
        .map((at, i) => Math.round((at - (line.ranAt[i] ?? 0)) / 1_000));
      expect(gaps).toEqual([40, 40, 40, 40, 40]);
      expect(new Set(settled)).toEqual(new Set(['success']));
    },
  );

  test('asks an interval function before each run', async () => {
    const answers = [100, 300, 500, 60_000];
    const { line, work } = await started({ intervalMs: () => answers.shift() ?? 60_000 });
    await work(2_000);
    const gaps = line.ranAt.slice(1).map((at, i) => at - (line.ranAt[i] ?? 0));
    expect(gaps).toEqual([100, 300, 500]);
  });

  test('has never more runs at once than its concurrency', async () => {
    const { line, work, clock } = await started({ intervalMs: 10, concurrency: 3 });
    let now = 0;
    let most = 0;
    line.work = async () => {
      most = Math.max(most, ++now);
      await sleep(clock, 500);
      now--;
    };
    await work(5_000);
    expect(most).toBe(3);
    expect(line.ranAt.length).toBeGreaterThan(20);
  });

  test('without an interval runs as fast as it ends, and leaves the process its turns', async () => {
    const { line, work } = await started({});
    await work(1_000);
    expect(line.ranAt.length).toBeGreaterThan(50);
  });

  test('that throws rests a while and runs again: no error ends it', async () => {
    const { line, work, logger } = await started({ intervalMs: 100 });
    line.work = () => {
      throw new Error('the database is away');
    };
    await work(60_000);
    const failed = line.ranAt.length;
    expect(failed).toBeGreaterThan(3);
    expect(failed).toBeLessThan(100);
    expect(logger.lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(3);
    line.work = () => null;
    await work(60_000);
    expect(line.ranAt.length).toBeGreaterThan(failed + 200);
  });

  test('whose interval function fails says so and asks again', async () => {
    let asked = 0;
    const { line, work, logger } = await started({
      intervalMs: () => {
        if (++asked === 2) throw new Error('no idea');
        if (asked === 3) return Number.NaN;
        return 100;
      },
    });
    await work(60_000);
    expect(line.ranAt.length).toBeGreaterThan(100);
    const said = logger.lines.map(({ message }) => JSON.stringify(message));
    expect(said.some((line_) => /no idea/.test(line_))).toBe(true);
    expect(said.some((line_) => /got NaN/.test(line_))).toBe(true);
  });

  test('with crash() ends the worker', async () => {
    const { line, work } = await started({ onError: crash() });
    const broken = new Error('broken');
    line.work = () => {
      throw broken;
    };
    await work(30_000);
    expect(await line.workers.all()[0]?.ended).toMatchObject({ reason: 'fatal', error: broken });
  });

  test('starts no run once the worker drains, and its last item is sent', async () => {
    const { line, work, clock, app, bodies } = await started({ intervalMs: 100 });
    line.work = async () => {
      await sleep(clock, 1_000);
      return 'last';
    };
    await work(500);
    const closing = line.workers.all()[0]?.close();
    await work(10_000);
    await closing;
    await work(10_000);
    expect(line.ranAt).toHaveLength(1);
    expect(await bodies('ticks-tick')).toMatchObject([{ data: 'last' }]);
    await app.close();
  });

  test('is paused, resumed and widened like a queue', async () => {
    const { line, work } = await started({ intervalMs: 100 });
    line.workers.pause('ticks--source');
    await work(1_000);
    const before = line.ranAt.length;
    await work(1_000);
    expect(line.ranAt).toHaveLength(before);
    line.workers.resume('ticks--source');
    await work(1_000);
    expect(line.ranAt.length).toBeGreaterThan(before + 8);
  });

  test('runs at once when it is resumed, where a run came due while it was paused', async () => {
    const { line, work } = await started({ intervalMs: 15_000 });
    await work(14_000);
    expect(line.ranAt).toHaveLength(1);
    line.workers.pause('ticks--source');
    await work(10_000);
    expect(line.ranAt).toHaveLength(1);
    line.workers.resume('ticks--source');
    await work(100);
    expect(line.ranAt).toHaveLength(2);
  });

  test('is seen by hooks, as stages are', async () => {
    @Injectable()
    class Seen {
      readonly patterns = new Set<unknown>();
      @PreTask() note({ pattern }: { pattern: unknown }): void {
        this.patterns.add(pattern);
      }
    }
    const setup = pipelineSetup();
    const Ticks = tickingLine({ intervalMs: 1_000 }, setup.clock);
    const app = await setup.worker({
      pipelines: [Ticks],
      providers: [Seen],
      worker: { stages: ['ticks'] },
    });
    instanceOf(app, Ticks).work = () => 'item';
    await setup.work(5_000);
    expect(app.get(Seen).patterns).toEqual(new Set(['ticks.see', 'ticks.tick']));
  });
});

async function started(options: SourceOptions, worker: WorkerOptions = { stages: ['ticks'] }) {
  const setup = pipelineSetup();
  const Ticks = tickingLine(options, setup.clock);
  const app = await setup.worker({ pipelines: [Ticks], worker });
  const line = instanceOf(app, Ticks);
  const settled: string[] = [];
  line.workers.on('task:settled', ({ outcome }) => void settled.push(outcome.kind));
  return { ...setup, app, line, settled };
}
