import { Source, SqsModule, SqsPipeline, Stage } from '../../lib/index.js';
import { closeAll, startWeb, startWorker } from './support.js';

@SqsPipeline({ name: 'words' })
class Words {
  private made = 0;

  @Source({ intervalMs: 100 })
  generate(): string {
    return `word ${++this.made}`;
  }

  @Stage()
  reduce(word: string): [string, string] {
    return [word, word.replaceAll(/[^aeiou]/g, '')];
  }

  @Stage()
  count([word, vowels]: [string, string]): [string, number] {
    if (word === 'word 13') throw new Error('unlucky');
    return [word, vowels.length];
  }
}

const pipeline = { imports: [SqsModule.registerPipeline(Words)], testing: { queues: [] } };

afterEach(closeAll);

describe('Pipelines in tests', () => {
  test('a whole line runs as the clock of the test goes', async () => {
    const { harness } = await startWorker({
      ...pipeline,
      worker: { queues: [], stages: ['words'] },
    });

    await harness.advance(1_000);

    const counted = harness.handled({ pattern: 'words.count', outcome: 'success' });
    expect(counted.length).toBeGreaterThan(5);
    expect(counted[0]).toMatchObject({ queue: 'words-reduce', data: ['word 1', 'o'] });
  });

  test('one stage alone gets what the test sends it, and shows what it sends on', async () => {
    const { harness, sqs } = await startWorker({
      ...pipeline,
      worker: { queues: [], stages: ['words.reduce'] },
    });
    const reduce = { queue: 'words-generate', pattern: 'words.reduce' };

    await sqs.send(reduce, 'apple');
    await harness.flush();

    harness.expectSent('words-reduce', ['apple', 'ae'], { pattern: 'words.count' });
    expect(harness.messages('words-generate')).toEqual([]);
  });

  test('an item that fails comes again', async () => {
    const { harness, sqs } = await startWorker({
      ...pipeline,
      worker: { queues: [], stages: ['words.count'] },
    });
    await sqs.send({ queue: 'words-reduce', pattern: 'words.count' }, ['word 13', 'o']);

    await harness.advance(90_000);

    const outcomes = harness.handled('words.count').map(({ outcome }) => outcome.kind);
    expect(outcomes).toEqual(['retry', 'retry']);
  });

  test('inline, a send to a stage runs the stages after it too', async () => {
    const { harness, sqs } = await startWorker({
      imports: [SqsModule.registerPipeline(Words)],
      testing: { queues: [], inline: true },
      worker: { queues: [], stages: ['words.reduce', 'words.count'] },
    });

    await sqs.send({ queue: 'words-generate', pattern: 'words.reduce' }, 'apple');

    const ended = harness.handled().map(({ pattern, outcome }) => [pattern, outcome]);
    expect(ended).toEqual([
      ['words.count', { kind: 'success', value: ['apple', 2] }],
      ['words.reduce', { kind: 'success', value: ['apple', 'ae'] }],
    ]);
  });

  test('processBatch() runs one stage, and sends on what it returned', async () => {
    const { harness, sqs } = await startWeb(pipeline);
    await sqs.send({ queue: 'words-generate', pattern: 'words.reduce' }, 'apple');

    const { succeeded } = await harness.processBatch('words-generate');

    expect(succeeded).toHaveLength(1);
    harness.expectSent('words-reduce', ['apple', 'ae'], { pattern: 'words.count', times: 1 });
  });
});
