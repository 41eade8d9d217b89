import { Source, SqsPipeline, SqsPipelines, Stage } from '../../../lib/index.js';
import { pipelineSetup } from './setup.js';
import { Words } from './words.js';

@SqsPipeline({ name: 'words2' })
class Words2 {
  @Source({ intervalMs: 100_000 }) generate(): void {}
  @Stage() reduce(): void {}
}

describe('SqsPipelines', () => {
  test('lists the queues that exist, of one pipeline or of all', async () => {
    const { pipelines } = await started();
    expect((await pipelines.list()).map(({ name }) => name)).toEqual([
      'words-generate',
      'words-reduce',
      'words2-generate',
    ]);
    expect(await pipelines.list('words2')).toMatchObject([
      { pipeline: 'words2', stage: 'generate', priority: 0, name: 'words2-generate' },
    ]);
  });

  test('lists none of a pipeline that never ran, and makes none', async () => {
    const { web, service } = pipelineSetup();
    const app = await web({ pipelines: [Words] });
    expect(await app.get(SqsPipelines).list()).toEqual([]);
    expect(service.queueNames()).toEqual([]);
  });

  test('purges exactly the queues of one pipeline', async () => {
    const { pipelines, gateway } = await started();
    for (const queue of ['words-reduce', 'words-generate-2']) {
      await gateway.sendBatch(await gateway.getQueueUrl(queue), [{ body: '"x"' }]);
    }
    const purged = await pipelines.purge('words');
    expect(purged.map(({ name }) => name)).toEqual(['words-generate', 'words-reduce']);
    expect(await countOf(gateway, 'words-reduce')).toBe('0');
    expect(await countOf(gateway, 'words-generate-2')).toBe('1');
  });

  test('deletes exactly the queues of one pipeline: those with like names stay', async () => {
    const { pipelines, service, closeAll, web } = await started();
    await closeAll();
    const app = await web({ pipelines: [Words, Words2] });
    expect(await app.get(SqsPipelines).delete('words')).toHaveLength(2);
    expect(service.queueNames().toSorted()).toEqual([
      'my-words-generate',
      'words',
      'words-generate-2',
      'words-other',
      'words2-generate',
    ]);
    expect(await app.get(SqsPipelines).list('words')).toEqual([]);
    expect(pipelines).toBeDefined();
  });

  test('knows no other pipelines', async () => {
    const { pipelines } = await started();
    await expect(pipelines.purge('word')).rejects.toThrow('Unknown pipeline "word"');
  });
});

async function countOf(
  gateway: ReturnType<typeof pipelineSetup>['gateway'],
  queue: string,
): Promise<string | undefined> {
  const attributes = await gateway.getQueueAttributes(await gateway.getQueueUrl(queue));
  return attributes['ApproximateNumberOfMessages'];
}

async function started() {
  const setup = pipelineSetup();
  const { gateway } = setup;
  for (const name of ['words', 'words-other', 'words-generate-2', 'my-words-generate']) {
    await gateway.createQueue(name);
  }
  const app = await setup.worker({
    pipelines: [Words, Words2],
    worker: { stages: ['words.reduce', 'words2'] },
  });
  return { ...setup, pipelines: app.get(SqsPipelines), app };
}
