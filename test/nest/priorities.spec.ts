import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  getSqsQueueToken,
  InvalidOptionsError,
  SqsConsumer,
  SqsContext,
  SqsProducer,
  SqsQueue,
  SqsQueues,
  SqsTask,
  SqsWorkers,
  TaskContext,
} from '../../lib/index.js';
import type { SqsModuleOptions } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const jobs = { queue: 'jobs', pattern: 'job' };
const three: SqsModuleOptions = { queues: [{ name: 'jobs', priorities: 3 }] };

/** The level of a text of six characters is 1. */
function byLength(data: string): number {
  return data.length - 5;
}

function noting(seen: string[]) {
  @Controller()
  class Jobs {
    @SqsTask('job')
    job(@Payload() data: string, @Ctx() ctx: SqsContext): void {
      seen.push(`${data} ${ctx.queue} ${ctx.priority}`);
    }
  }
  return Jobs;
}

describe('An app with priorities', () => {
  test('makes the levels, sends to them and runs the highest first', async () => {
    const seen: string[] = [];
    const app = await memoryApp({
      module: three,
      controllers: [noting(seen)],
      worker: { concurrency: 1 },
    });
    const workers = app.app.get(SqsWorkers);
    workers.pause('jobs');
    await app.clock.advance(30_000);
    await app.producer.send(jobs, 'low');
    await app.producer.send(jobs, 'high', { priority: 2 });
    await app.producer.send(jobs, 'middle', { priority: byLength });
    workers.resume('jobs');
    await app.work();
    expect(seen).toEqual(['high jobs 2', 'middle jobs 1', 'low jobs 0']);
    expect(workers.status()).toMatchObject([
      { queues: [{ name: 'jobs', levels: [{ priority: 2 }, { priority: 1 }, { priority: 0 }] }] },
    ]);
  });

  test.each([
    { uses: 'nothing else', inject: [] },
    { uses: 'task contexts too', inject: [TaskContext] },
  ])('lets what a task sends inherit its level, where the app uses $uses', async ({ inject }) => {
    const seen: string[] = [];
    @Controller()
    class Line {
      constructor(@Inject(SqsProducer) private readonly sqs: SqsProducer) {}
      @SqsTask('first', { queue: 'jobs' })
      async first(): Promise<void> {
        await Promise.resolve();
        await this.sqs.send({ queue: 'few', pattern: 'second' }, 1, { priority: 'inherit' });
        await this.sqs.send({ queue: 'none', pattern: 'second' }, 1, { priority: 'inherit' });
        await this.sqs.send({ queue: 'jobs', pattern: 'second' }, 1, { priority: 'inherit' });
        await this.sqs.send({ queue: 'few', pattern: 'second' }, 1);
      }
      @SqsTask('second')
      second(@Ctx() ctx: SqsContext): void {
        seen.push(`${ctx.queue} ${ctx.priority}`);
      }
    }
    const app = await memoryApp({
      module: { queues: [...(three.queues ?? []), { name: 'few', priorities: 2 }, 'none'] },
      controllers: [Line],
      providers: inject.map((token) => ({ provide: 'user', inject: [token], useFactory: () => 1 })),
      worker: { queues: ['jobs', 'few', 'none'] },
    });
    await app.producer.send({ queue: 'jobs', pattern: 'first' }, 1, { priority: 2 });
    await app.work();
    expect(seen.toSorted()).toEqual(['few 0', 'few 1', 'jobs 2', 'none 0']);
    seen.splice(0);
    await app.producer.send({ queue: 'jobs', pattern: 'first' }, 1);
    await app.work();
    expect(seen.toSorted()).toEqual(['few 0', 'few 0', 'jobs 0', 'none 0']);
    await app.producer.send({ queue: 'jobs', pattern: 'second' }, 1, { priority: 'inherit' });
    await app.work();
    expect(seen.at(-1)).toBe('jobs 0');
  });

  test('takes only the levels of its window', async () => {
    const seen: string[] = [];
    const app = await memoryApp({
      module: three,
      controllers: [noting(seen)],
      worker: { queues: [{ name: 'jobs', minPriority: 1, maxPriority: 1 }] },
    });
    for (const priority of [0, 1, 2]) await app.producer.send(jobs, 'x', { priority });
    await app.work();
    expect(seen).toEqual(['x jobs 1']);
  });

  test.each([
    [
      { queues: [{ name: 'jobs', priorities: 17 }] },
      {},
      /priorities to be an integer from 1 to 16/,
    ],
    [three, { minPriority: 3 }, /minPriority 3 leaves nothing to take from/],
    [three, { priorityOrder: { weights: [1, 2] } }, /each of its 3 levels.*got 2/],
    [{}, { minPriority: 1 }, /has no level but 0/],
  ])('%j with %j does not start', async (module, worker, problem) => {
    const start = memoryApp({ module, controllers: [noting([])], worker });
    await expect(start).rejects.toThrow(InvalidOptionsError);
    await expect(start).rejects.toThrow(problem);
  });

  test('counts and purges all levels of an injected queue', async () => {
    const app = await memoryApp({ kind: 'web', module: three });
    const queue = app.app.get<SqsQueue>(getSqsQueueToken('jobs'));
    for (const priority of [0, 1, 1, 2]) await queue.send('job', 'x', { priority });
    const attributes = await queue.attributes();
    expect(attributes.messageCount).toBe(4);
    expect(attributes.levels?.map(({ messageCount }) => messageCount)).toEqual([1, 2, 1]);
    expect(await queue.url()).toMatch(/\/jobs$/);
    await queue.purge();
    await app.clock.advance(61_000);
    expect(await queue.attributes()).toMatchObject({ messageCount: 0 });
  });

  test('is created, counted, purged and deleted by SqsQueues with all its levels', async () => {
    const module = { queues: [{ name: 'jobs', priorities: 2 }] };
    const app = await memoryApp({
      kind: 'web',
      queues: [],
      module: { queuePrefix: 'shop-', ...module },
    });
    const queues = app.app.get(SqsQueues);
    const made = await queues.create({ name: 'more', priorities: 3 });
    expect(made).toMatchObject({ name: 'more', wasCreated: true });
    await app.producer.send(jobs, 'x', { priority: 1 });
    expect(await queues.stats('jobs')).toMatchObject({
      messageCount: 1,
      levels: [{ messageCount: 0 }, { messageCount: 1 }],
    });
    await queues.purge('jobs');
    await app.clock.advance(61_000);
    expect(await queues.stats('jobs')).toMatchObject({ messageCount: 0 });
    const names = async () => (await queues.list()).map(({ name }) => name);
    expect(await names()).toEqual(['jobs', 'jobs--p1', 'more', 'more--p1', 'more--p2']);
    await queues.delete('jobs');
    expect(await names()).toEqual(['more', 'more--p1', 'more--p2']);
  });

  test('gives a loop and a batch the highest level first', async () => {
    const seen: string[] = [];
    const app = await memoryApp({ module: three, controllers: [noting(seen)] });
    app.app.get(SqsWorkers).pause();
    await app.clock.advance(30_000);
    const consumer = app.app.get(SqsConsumer);
    for (const priority of [0, 2]) await app.producer.send(jobs, 'x', { priority });
    const first = consumer.processBatch('jobs');
    await app.clock.advance(1_000);
    expect((await first).succeeded).toHaveLength(1);
    expect(seen).toEqual(['x jobs 2']);
    await app.producer.send(jobs, 'y', { priority: 1 });
    const got: number[] = [];
    const takeTwo = async (): Promise<void> => {
      for await (const delivery of consumer.messages('jobs')) {
        got.push(delivery.priority);
        delivery.ack();
        if (got.length === 2) break;
      }
    };
    const loop = takeTwo();
    await app.clock.advance(30_000);
    await loop;
    expect(got).toEqual([1, 0]);
  });
});
