import { Source, SqsModule, SqsPipeline, Stage } from '../../../lib/index.js';
import { pipelineSetup } from './setup.js';
import { Words } from './words.js';

describe('a class that makes no pipeline is refused', () => {
  test('without @Source()', () => {
    expect(() => {
      @SqsPipeline({ name: 'p' })
      class NoSource {
        @Stage() one(): void {}
      }
      return NoSource;
    }).toThrow('@SqsPipeline() NoSource: expected one method with @Source(), got none');
  });

  test('without @Stage()', () => {
    expect(() => {
      @SqsPipeline({ name: 'p' })
      class NoStage {
        @Source() one(): void {}
      }
      return NoStage;
    }).toThrow('expected at least one method with @Stage(), got none');
  });

  test('with two sources', () => {
    expect(() => {
      @SqsPipeline({ name: 'p' })
      class Two {
        @Source() one(): void {}
        @Source() two(): void {}
        @Stage() three(): void {}
      }
      return Two;
    }).toThrow('expected one method with @Source(), got one() and two()');
  });

  test('with a stage above the source', () => {
    expect(() => {
      @SqsPipeline({ name: 'p' })
      class Upside {
        @Stage() one(): void {}
        @Source() two(): void {}
      }
      return Upside;
    }).toThrow('move @Source() two() to the top');
  });

  test('with two stages of one name', () => {
    expect(() => {
      @SqsPipeline({ name: 'p' })
      class Same {
        @Source() one(): void {}
        @Stage() two(): void {}
        @Stage({ name: 'two' }) three(): void {}
      }
      return Same;
    }).toThrow('the name "two" is shared by two() and three()');
  });

  test('with options that cannot be', () => {
    expect(() => SqsPipeline({ name: 'a.b' })).toThrow('Expected name to be letters');
    expect(() => SqsPipeline({ name: 'a', priorities: 17 })).toThrow('from 1 to 16');
    expect(() => Stage({ concurrency: 0 })).toThrow('@Stage(): Expected concurrency');
    expect(() => Stage({ priority: 16 })).toThrow('a level from 0 to 15');
    expect(() => Source({ intervalMs: -1 })).toThrow('Expected intervalMs');
    expect(() => Source({ interval: 1 } as object)).toThrow('did you mean intervalMs?');
  });

  test('without @SqsPipeline()', () => {
    expect(() => SqsModule.registerPipeline(Map)).toThrow(
      'expected a class with @SqsPipeline({ name }), got Map',
    );
  });
});

describe('a worker that names stages', () => {
  test.each([
    [
      ['words.redcue'],
      'Unknown stage "words.redcue". Known: "words.generate", "words.reduce", "words.count". Did you mean words.reduce?',
    ],
    [['wrods'], 'Unknown pipeline "wrods". Known: "words". Did you mean words?'],
    [['words.3'], 'Unknown stage "words.3".'],
    [['nothing.like.it'], 'Expected stages[0] to be a stage such as "words.reduce"'],
    [['words.reduce', 'words.1'], 'expected each stage once in stages, got "words.reduce" twice'],
  ])('%s: is told what is wrong', async (stages, message) => {
    expect(await failureOf(stages)).toContain(message);
  });

  test('is refused the queue of a stage among its queues', async () => {
    const { worker } = pipelineSetup();
    const started = worker({ pipelines: [Words], worker: { queues: ['words-generate'] } });
    await expect(started).rejects.toThrow('name the stage in stages instead');
  });
});

describe('an app', () => {
  test('registers a pipeline once', async () => {
    const { worker } = pipelineSetup();
    const started = worker({ pipelines: [Words], imports: [SqsModule.registerPipeline(Words)] });
    await expect(started).rejects.toThrow('pipeline "words" (Words) is registered twice');
  });

  test('gives two pipelines two names', async () => {
    @SqsPipeline({ name: 'words' })
    class Others {
      @Source() one(): void {}
      @Stage() two(): void {}
    }
    const started = pipelineSetup().worker({ pipelines: [Words, Others] });
    await expect(started).rejects.toThrow('the name of both Words and Others');
  });

  test('is told of stages in a class that is no pipeline', async () => {
    class Loose {
      @Source() one(): void {}
    }
    const started = pipelineSetup().worker({ pipelines: [], controllers: [Loose] });
    await expect(started).rejects.toThrow('Loose has methods with @Source() or @Stage()');
  });
});

async function failureOf(stages: readonly string[]): Promise<string> {
  const { worker } = pipelineSetup();
  const started = worker({ pipelines: [Words], worker: { stages } });
  return started.then(
    () => 'it started',
    (error: Error) => error.message,
  );
}
