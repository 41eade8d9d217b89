import { Source, SqsPipeline, SqsPipelines, Stage } from '../../../lib/index.js';
import { collect, instanceOf, pipelinesIn, pipelineSetup } from './setup.js';
import { COUNTED, Words } from './words.js';

describe('results of a stage', () => {
  test('come as the stage returns them, and end with the app', async () => {
    const { pipelines, work, closeAll } = await startedLater();
    const all = collect(pipelines.results<[string, number]>('words.count'));
    await work();
    await closeAll();
    const counted = (await all).map(([word, count]) => `${word}: ${count}`);
    expect(counted.toSorted()).toEqual(COUNTED);
  });

  test('are told by name or by place, as an Observable too', async () => {
    const { pipelines, work, closeAll } = await startedLater();
    const seen: string[] = [];
    let isComplete = false;
    pipelines
      .results<[string, number]>('words.2')
      .asObservable()
      .subscribe({
        next: ([word, count]) => seen.push(`${word}: ${count}`),
        complete: () => (isComplete = true),
      });
    await work();
    expect(seen.toSorted()).toEqual(COUNTED);
    await closeAll();
    expect(isComplete).toBe(true);
  });

  test('hold outputs that ended their item, too', async () => {
    const { pipelines, work, closeAll } = await startedLater();
    const all = collect(pipelines.results('words.reduce'));
    await work();
    await closeAll();
    expect(await all).toHaveLength(5);
  });

  test('of an unknown stage are an error', async () => {
    const { pipelines } = await startedLater();
    expect(() => pipelines.results('words.cuont')).toThrow('Did you mean words.count?');
    expect(() => pipelines.results('words.count', { window: 0 })).toThrow('window');
  });

  test('end at once where the app has ended', async () => {
    const { pipelines, closeAll } = await startedLater();
    await closeAll();
    expect(await collect(pipelines.results('words.count'))).toEqual([]);
  });
});

describe('a loop over results', () => {
  @SqsPipeline({ name: 'numbers' })
  class Numbers {
    private made = 0;
    endedCount = 0;
    failFirst = false;
    @Source({ intervalMs: 10 }) make(): number | null {
      return this.made < 100 ? this.made++ : null;
    }
    @Stage() use(value: number): number {
      if (this.failFirst && value < 50) throw new Error('an odd one');
      this.endedCount++;
      return value;
    }
  }

  async function started() {
    const setup = pipelineSetup();
    const app = await setup.worker({ pipelines: [Numbers], worker: { stages: ['numbers'] } });
    return { ...setup, line: instanceOf(app, Numbers), pipelines: app.get(SqsPipelines) };
  }

  test('that is slow slows no stage: the newest wait, older ones are dropped and counted', async () => {
    const { line, pipelines, work, closeAll } = await started();
    const results = pipelines.results<number>('numbers.use', { window: 10 });
    const loop = results[Symbol.asyncIterator]();
    await work(10_000);
    expect(line.endedCount).toBe(100);
    expect(results.dropped).toBe(90);
    await closeAll();
    const rest = await collect({ [Symbol.asyncIterator]: () => loop });
    expect(rest.toSorted((a, b) => a - b)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });

  test('gets nothing of items that failed', async () => {
    const { line, pipelines, work, closeAll } = await started();
    line.failFirst = true;
    const all = collect(pipelines.results<number>('numbers.use'));
    await work(5_000);
    await closeAll();
    expect((await all).every((value) => value >= 50)).toBe(true);
    expect(await all).toHaveLength(50);
  });

  test('may be left at any time', async () => {
    const { pipelines, work } = await started();
    const results = pipelines.results<number>('numbers.use', { window: 5 });
    const first = (async () => {
      for await (const value of results) return value;
      return undefined;
    })();
    await work(10_000);
    expect(await first).toBe(0);
    expect(results.dropped).toBe(0);
  });

  test('that asks twice before there is anything gets two values', async () => {
    const { pipelines, work } = await started();
    const loop = pipelines.results<number>('numbers.use')[Symbol.asyncIterator]();
    const both = Promise.all([loop.next(), loop.next()]);
    await work(10_000);
    expect((await both).map(({ value }) => value)).toEqual([0, 1]);
  });

  test.each(['return', 'throw'] as const)('ends a next() that waits by %s()', async (how) => {
    const { pipelines } = await started();
    const loop = pipelines.results<number>('numbers.use')[Symbol.asyncIterator]();
    const waiting = [loop.next(), loop.next()];
    const enough = new Error('enough');
    const [ended] = await Promise.allSettled([loop[how]?.(enough as never)]);
    expect(ended).toMatchObject(how === 'throw' ? { reason: enough } : { status: 'fulfilled' });
    const done = { done: true, value: undefined };
    expect(await Promise.all(waiting)).toEqual([done, done]);
    expect(await loop.next()).toEqual(done);
  });
});

async function startedLater() {
  const setup = pipelineSetup();
  const app = await setup.worker({ pipelines: [Words], worker: { stages: ['words'] } });
  return { ...setup, app, pipelines: pipelinesIn(app) };
}
