import { Ctx } from '@nestjs/microservices';
import { Source, SqsContext, SqsPipeline, Stage } from '../../../lib/index.js';
import type { ItemPriority } from '../../../lib/index.js';
import { instanceOf, pipelinesIn, pipelineSetup } from './setup.js';

interface Levels {
  source?: ItemPriority<number>;
  /** Levels of the outputs of `pass`. */
  pass?: number;
  passPriority?: ItemPriority<number>;
}

/** Numbers through three stages, with four levels where nothing else is said; each stage notes the level of its items. */
function lineOf({ source, pass, passPriority }: Levels, numbers: readonly number[]) {
  const left = [...numbers];
  const passed = pass === undefined ? {} : { priorities: pass };
  @SqsPipeline({ name: 'levels', priorities: 4 })
  class Line {
    readonly seen: string[] = [];
    @Source({ intervalMs: 10, ...(source === undefined ? {} : { priority: source }) })
    make(): number | undefined {
      return left.shift();
    }
    @Stage({ ...passed, ...(passPriority === undefined ? {} : { priority: passPriority }) })
    pass(value: number, @Ctx() { priority }: SqsContext): number {
      this.seen.push(`pass ${value} at ${priority}`);
      return value;
    }
    @Stage() next(value: number, @Ctx() { priority }: SqsContext): number {
      this.seen.push(`next ${value} at ${priority}`);
      return value;
    }
    @Stage() end(value: number, @Ctx() { priority }: SqsContext): void {
      this.seen.push(`end ${value} at ${priority}`);
    }
  }
  return Line;
}

async function seenBy(levels: Levels, numbers: readonly number[]): Promise<string[]> {
  const { worker, work } = pipelineSetup();
  const Line = lineOf(levels, numbers);
  const app = await worker({ pipelines: [Line], worker: { stages: ['levels'] } });
  await work(5_000);
  return instanceOf(app, Line).seen.toSorted();
}

describe('the level of an item', () => {
  test('begins at the lowest', async () => {
    expect(await seenBy({}, [7])).toEqual(['end 7 at 0', 'next 7 at 0', 'pass 7 at 0']);
  });

  test('is a fixed level where its source says one, and keeps its level along the line', async () => {
    expect(await seenBy({ source: 3 }, [7])).toEqual(['end 7 at 3', 'next 7 at 3', 'pass 7 at 3']);
  });

  test('is computed from the output, by any stage', async () => {
    const levels = { source: (n: number) => n, passPriority: (n: number) => 3 - n };
    expect(await seenBy(levels, [1, 3])).toEqual([
      'end 1 at 2',
      'end 3 at 0',
      'next 1 at 2',
      'next 3 at 0',
      'pass 1 at 1',
      'pass 3 at 3',
    ]);
  });

  test('is the highest there is, where a stage has fewer', async () => {
    expect(await seenBy({ source: 3, pass: 2 }, [7])).toEqual([
      'end 7 at 1',
      'next 7 at 1',
      'pass 7 at 3',
    ]);
    expect(await seenBy({ source: 9, pass: 1 }, [7])).toEqual([
      'end 7 at 0',
      'next 7 at 0',
      'pass 7 at 3',
    ]);
  });
});

test('each level of each queue is made, listed and named after its queue', async () => {
  const { worker, service } = pipelineSetup();
  const Line = lineOf({ pass: 2 }, []);
  const app = await worker({ pipelines: [Line], worker: { stages: ['levels'] } });
  const names = [
    'levels-make',
    'levels-make--p1',
    'levels-make--p2',
    'levels-make--p3',
    'levels-pass',
    'levels-pass--p1',
    'levels-next',
    'levels-next--p1',
    'levels-next--p2',
    'levels-next--p3',
  ];
  expect(service.queueNames().toSorted()).toEqual(names.toSorted());
  const listed = await pipelinesIn(app).list('levels');
  expect(listed.map(({ name }) => name)).toEqual(names);
  expect(listed[3]).toMatchObject({ stage: 'make', priority: 3 });
});

test('a window of levels is all that its worker takes', async () => {
  const { worker, work } = pipelineSetup();
  const Line = lineOf({ source: (n: number) => n }, [0, 1, 2, 3]);
  const urgent = await worker({
    pipelines: [Line],
    worker: { stages: ['levels.make', { stage: 'levels.pass', minPriority: 2 }] },
  });
  await work(5_000);
  expect(instanceOf(urgent, Line).seen.toSorted()).toEqual(['pass 2 at 2', 'pass 3 at 3']);
  const rest = await worker({
    pipelines: [Line],
    worker: { stages: [{ stage: 'levels.pass', maxPriority: 1 }] },
  });
  await work(5_000);
  expect(instanceOf(rest, Line).seen.toSorted()).toEqual(['pass 0 at 0', 'pass 1 at 1']);
});

test('the highest level goes first', async () => {
  const { worker, work } = pipelineSetup();
  const Line = lineOf({ source: (n: number) => n % 4 }, [0, 4, 8, 1, 3, 7]);
  await worker({ pipelines: [Line], worker: { stages: ['levels.make'] } });
  await work(5_000);
  const app = await worker({
    pipelines: [Line],
    worker: { stages: [{ stage: 'levels.pass', concurrency: 1, prefetch: 0 }] },
  });
  await work(30_000);
  const levels = instanceOf(app, Line).seen.map((line) => Number(line.at(-1)));
  expect(levels).toEqual([3, 3, 1, 0, 0, 0]);
});
