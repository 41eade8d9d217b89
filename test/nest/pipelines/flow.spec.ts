import { Injectable, Module } from '@nestjs/common';
import {
  retry,
  SqsModule,
  Source,
  SqsPipeline,
  SqsProducer,
  SKIP,
  Stage,
} from '../../../lib/index.js';
import { instanceOf, pipelineSetup } from './setup.js';
import { COUNTED, Words } from './words.js';

describe('a pipeline', () => {
  test('hands what each stage returned to the next one', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({ pipelines: [Words], worker: { stages: ['words'] } });
    await work();
    const { counted, reduced } = instanceOf(app, Words);
    expect(reduced.toSorted()).toEqual(['apple', 'brook', 'idea', 'ocean', 'rhythm']);
    expect(counted.toSorted()).toEqual(COUNTED);
  });

  test('gives the same results with a process for each stage', async () => {
    const { worker, work } = pipelineSetup();
    const stages = ['words.generate', 'words.reduce', 'words.count'];
    const apps = [];
    for (const stage of stages) {
      apps.push(await worker({ pipelines: [Words], worker: { stages: [stage] } }));
    }
    await work();
    const [generating, reducing, counting] = apps.map((app) => instanceOf(app, Words));
    expect(generating?.reduced).toEqual([]);
    expect(reducing?.counted).toEqual([]);
    expect(counting?.counted.toSorted()).toEqual(COUNTED);
  });

  test('shares a stage among several processes, and none of them does an item twice', async () => {
    const { worker, work } = pipelineSetup();
    const sharing = {
      pipelines: [Words],
      worker: { stages: [{ stage: 'words.reduce', concurrency: 1 }] },
    };
    const reducing = [await worker(sharing), await worker(sharing)];
    const stages = ['words.generate', 'words.count'];
    const counting = await worker({ pipelines: [Words], worker: { stages, prefetch: 0 } });
    await work(5_000);
    const reduced = reducing.map((app) => instanceOf(app, Words).reduced);
    expect(reduced.every((words) => words.length > 0)).toBe(true);
    expect(reduced.flat().toSorted()).toEqual(['apple', 'brook', 'idea', 'ocean', 'rhythm']);
    expect(instanceOf(counting, Words).counted.toSorted()).toEqual(COUNTED);
  });

  test('names each queue after the pipeline and the stage that fills it; the last stage fills none', async () => {
    const { worker, service } = pipelineSetup();
    await worker({ pipelines: [Words], worker: { stages: ['words'] } });
    expect(service.queueNames().toSorted()).toEqual(['words-generate', 'words-reduce']);
  });

  test('makes only the queues that the stages of this process use', async () => {
    const { worker, web, service } = pipelineSetup();
    await web({ pipelines: [Words] });
    expect(service.queueNames()).toEqual([]);
    await worker({ pipelines: [Words], worker: { stages: ['words.count'] } });
    expect(service.queueNames()).toEqual(['words-reduce']);
  });

  test('waits for the queue of the stage before where the module says so', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const waiting = await worker({
      pipelines: [Words],
      module: { onMissingQueue: 'wait' },
      worker: { stages: ['words.count'] },
    });
    await work();
    await gateway.createQueue('words-reduce');
    await work(60_000);
    await worker({ pipelines: [Words], worker: { stages: ['words.generate', 'words.reduce'] } });
    await work(30_000);
    expect(instanceOf(waiting, Words).counted.toSorted()).toEqual(COUNTED);
  });

  test('a source runs only where it or its whole pipeline is named', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({
      pipelines: [Words],
      worker: { stages: ['words.reduce', 'words.count'] },
    });
    await work();
    expect(instanceOf(app, Words).reduced).toEqual([]);
  });

  test('names stages by their place, too', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({
      pipelines: [Words],
      worker: { stages: ['words.0', 'words.1', { stage: 'words.2' }] },
    });
    await work();
    expect(instanceOf(app, Words).counted.toSorted()).toEqual(COUNTED);
  });

  test('a worker that names no stages runs none', async () => {
    const { worker, work, service } = pipelineSetup();
    const app = await worker({
      pipelines: [Words],
      worker: { queues: ['other'], onUnknownTask: retry() },
      module: { queues: [{ name: 'other', onMissingQueue: 'create' }] },
    });
    await work();
    expect(service.queueNames()).toEqual(['other']);
    expect(instanceOf(app, Words).reduced).toEqual([]);
  });

  test("runs as many at once as its worker says, else its decorator, else the worker's default", async () => {
    const { worker } = pipelineSetup();
    const app = await worker({
      pipelines: [Words],
      worker: { stages: ['words', { stage: 'words.reduce', concurrency: 7 }], concurrency: 3 },
    });
    const status = instanceOf(app, Words).workers.status()[0]?.queues ?? [];
    const slots = Object.fromEntries(status.map((queue) => [queue.name, queue.concurrency]));
    expect(slots).toEqual({ 'words--source': 2, 'words-generate': 7, 'words-reduce': 16 });
  });

  test('injects what the pipeline needs, from the modules that it names', async () => {
    @Injectable()
    class Lexicon {
      readonly word = 'radio';
    }
    @Module({ providers: [Lexicon], exports: [Lexicon] })
    class LexiconModule {}
    @SqsPipeline({ name: 'one' })
    class OneWord {
      readonly seen: string[] = [];
      private isMade = false;
      constructor(private readonly lexicon: Lexicon) {}
      @Source() make(): string | undefined {
        if (this.isMade) return undefined;
        this.isMade = true;
        return this.lexicon.word;
      }
      @Stage() see(word: string): void {
        this.seen.push(word);
      }
    }
    const { worker, work } = pipelineSetup();
    const app = await worker({
      pipelines: [Words, { pipeline: OneWord, imports: [LexiconModule] }],
      worker: { stages: ['one', 'words'] },
    });
    await work();
    expect(instanceOf(app, OneWord).seen).toEqual(['radio']);
    expect(instanceOf(app, Words).counted.toSorted()).toEqual(COUNTED);
  });

  test('a class that is listed as a controller is registered as well', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({
      pipelines: [],
      controllers: [Words],
      worker: { stages: ['words'] },
    });
    await work();
    expect(instanceOf(app, Words).counted.toSorted()).toEqual(COUNTED);
  });

  test('what others send to a stage reaches it, whatever its pattern', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({ pipelines: [Words], worker: { stages: ['words.reduce'] } });
    const producer = app.get(SqsProducer);
    await producer.send({ queue: 'words-generate', pattern: 'anything' }, 'pear');
    await work();
    expect(instanceOf(app, Words).reduced).toEqual(['pear']);
  });

  test('runLocal() runs a stage and sends nothing on', async () => {
    const { worker, bodies } = pipelineSetup();
    const app = await worker({ pipelines: [Words], worker: { stages: ['words.reduce'] } });
    const target = { queue: 'words-generate', pattern: 'words.reduce' };
    expect(await app.get(SqsProducer).runLocal(target, 'pear')).toEqual(['pear', 'ea']);
    expect(await bodies('words-reduce')).toEqual([]);
  });
});

describe('further arguments', () => {
  @SqsPipeline({ name: 'args' })
  class Args {
    readonly seen: unknown[] = [];
    private isMade = false;
    @Source() make(first?: number, second?: string): string | undefined {
      if (this.isMade) return undefined;
      this.isMade = true;
      return `${first} ${second}`;
    }
    @Stage() see(value: string, extra = 'none', more?: number): void {
      this.seen.push([value, extra, more]);
    }
  }

  test('come after the value, and alone for a source', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({
      pipelines: [Args],
      worker: {
        stages: [
          { stage: 'args.make', args: [10, 'ten'] },
          { stage: 'args.see', args: ['x', 2] },
        ],
      },
    });
    await work();
    expect(instanceOf(app, Args).seen).toEqual([['10 ten', 'x', 2]]);
  });

  test('that are not given leave defaults alone', async () => {
    const { worker, work } = pipelineSetup();
    const app = await worker({ pipelines: [Args], worker: { stages: ['args'] } });
    await work();
    expect(instanceOf(app, Args).seen).toEqual([['undefined undefined', 'none', undefined]]);
  });
});

describe('outputs that end an item', () => {
  test.each([
    ['null, undefined and SKIP by default', undefined, [0, '', false]],
    ['the same where forwardNull is false', false, [0, '', false]],
    ['SKIP alone where forwardNull is true', true, [null, null, 0, '', false]],
  ])('are %s', async (_name, forwardNull, expected) => {
    const Ends = lineOf(forwardNull);
    const { worker, work } = pipelineSetup();
    const app = await worker({ pipelines: [Ends], worker: { stages: ['ends'] } });
    await work();
    expect(instanceOf(app, Ends).seen).toEqual(expected);
  });
});

test('a pipeline module may be asked for with no pipeline at all', () => {
  expect(SqsModule.registerPipeline().controllers).toEqual([]);
});

function lineOf(forwardNull: boolean | undefined) {
  @SqsPipeline({ name: 'ends', ...(forwardNull === undefined ? {} : { forwardNull }) })
  class Ends {
    readonly seen: unknown[] = [];
    private readonly outputs = [null, undefined, SKIP, 0, '', false];
    @Source() make(): unknown {
      return this.outputs.length === 0 ? SKIP : this.outputs.shift();
    }
    @Stage() see(value: unknown): void {
      this.seen.push(value);
    }
  }
  return Ends;
}
