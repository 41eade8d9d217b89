import { squids } from '../../../lib/index.js';
import { closeApps } from '../support/memory-app.js';
import {
  deadLetterAll,
  fill,
  numbered,
  operationsApp,
  whileTimePasses,
} from '../support/operations-app.js';

afterEach(closeApps);

async function appWithJobs(maxReceiveCount = 2) {
  const deadLetter = { queue: 'dead', maxReceiveCount };
  const app = await operationsApp({ queues: [{ name: 'jobs', deadLetter }] });
  await app.queues.create('jobs');
  return app;
}

const filter = ({ body }: { body: string }) => body.endsWith('7');

function broken(): boolean {
  throw new Error('bad filter');
}

describe('SqsQueues.peek', () => {
  test('shows messages with their tasks, and gives them back', async () => {
    const app = await appWithJobs();
    await app.producer.send({ queue: 'jobs', pattern: 'greet' }, { name: 'Ada' });
    await fill(app, 'jobs', ['no task']);
    const report = await whileTimePasses(app.clock, app.queues.peek('jobs'));
    expect(report.messages).toMatchObject([
      { receiveCount: 1, task: { pattern: 'greet', data: { name: 'Ada' }, context: {} } },
      { body: 'no task', task: undefined, isLastReceive: false, source: undefined },
    ]);
    expect(await app.queues.stats('jobs')).toMatchObject({ messageCount: 2, inFlightCount: 0 });
  });

  test('says that each look spends a receive, and whom the next one dead-letters', async () => {
    const app = await appWithJobs(2);
    await fill(app, 'jobs', ['x']);
    const first = await whileTimePasses(app.clock, app.queues.peek('jobs'));
    expect(first.warnings).toEqual(['Looking spent one receive of each of 1 message in "jobs".']);
    const second = await whileTimePasses(app.clock, app.queues.peek('jobs'));
    expect(second.messages).toMatchObject([{ receiveCount: 2, isLastReceive: true }]);
    expect(second.warnings[1]).toBe(
      '1 message shown had all 2 receives: the next receive, a look too, moves it to the dead-letter queue.',
    );
    const third = await whileTimePasses(app.clock, app.queues.peek('jobs'));
    expect(third).toMatchObject({ messages: [], warnings: [] });
    expect(await app.queues.stats('dead')).toMatchObject({ messageCount: 1 });
  });

  test('shows ten, or as many as are asked for', async () => {
    const app = await appWithJobs();
    await fill(app, 'jobs', numbered(30));
    const ten = await whileTimePasses(app.clock, app.queues.peek('jobs'));
    expect([ten.messages.length, ten.scannedCount]).toEqual([10, 10]);
    const more = await whileTimePasses(app.clock, app.queues.peek('jobs', { limit: 25 }));
    expect([more.messages.length, more.scannedCount]).toEqual([25, 25]);
  });

  test('looks for those that a filter wants, among so many', async () => {
    const app = await appWithJobs(9);
    await fill(app, 'jobs', numbered(40));
    const all = await whileTimePasses(app.clock, app.queues.peek('jobs', { filter }));
    expect(all.messages.map(({ body }) => body)).toEqual(['m7', 'm17', 'm27', 'm37']);
    expect(all.scannedCount).toBe(40);
    const few = app.queues.peek('jobs', { filter, maxScanned: 15 });
    expect((await whileTimePasses(app.clock, few)).scannedCount).toBe(15);
    expect(await app.queues.stats('jobs')).toMatchObject({ messageCount: 40, inFlightCount: 0 });
  });

  test('gives back what it took where the filter throws', async () => {
    const app = await appWithJobs();
    await fill(app, 'jobs', numbered(5));
    await expect(
      whileTimePasses(app.clock, app.queues.peek('jobs', { filter: broken })),
    ).rejects.toThrow('bad filter');
    expect(await app.queues.stats('jobs')).toMatchObject({ messageCount: 5, inFlightCount: 0 });
  });

  test('keeps the order of a FIFO group', async () => {
    const app = await operationsApp();
    await app.queues.create('o.fifo');
    await fill(app, 'o.fifo', numbered(5), () => 'g');
    for (let look = 0; look < 2; look++) {
      const { messages } = await whileTimePasses(app.clock, app.queues.peek('o.fifo'));
      expect(messages.map(({ body, groupId }) => [body, groupId])).toEqual(
        numbered(5).map((body) => [body, 'g']),
      );
    }
  });

  test('reads by the format of another queue where asked', async () => {
    const app = await operationsApp({ queues: [{ name: 'old', format: squids() }] });
    await app.queues.create('old');
    await app.queues.create('copy');
    await app.producer.send({ queue: 'old', pattern: 'add' }, { args: [1, 2], kwargs: {} });
    const [sent] = app.service.messages('old');
    await fill(app, 'copy', [sent?.body ?? '']);
    const peek = app.queues.peek('copy', { readAs: 'old' });
    expect((await whileTimePasses(app.clock, peek)).messages).toMatchObject([
      { task: { pattern: 'add', data: { args: [1, 2] } } },
    ]);
  });
});

describe('SqsDeadLetters.peek', () => {
  test('tells where dead letters came from, and reads them by the format of that queue', async () => {
    const deadLetter = { queue: 'dead', maxReceiveCount: 1 };
    const app = await operationsApp({ queues: [{ name: 'old', format: squids(), deadLetter }] });
    await app.queues.create('old');
    await app.producer.send({ queue: 'old', pattern: 'add' }, { args: [1, 2], kwargs: {} });
    await deadLetterAll(app, 'old');
    const { messages } = await whileTimePasses(app.clock, app.deadLetters.peek('dead'));
    expect(messages).toMatchObject([
      { source: 'old', task: { pattern: 'add', data: { args: [1, 2] } }, isLastReceive: false },
    ]);
  });
});
