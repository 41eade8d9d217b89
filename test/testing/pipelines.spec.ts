import { Source, SqsModule, SqsPipeline, Stage } from '../../lib/index.js';
import { closeAll, startWorker } from './support.js';

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
});
